import { describe, expect, it, vi } from "vitest";
import { type Command, createDispatcher } from "./commands";
import { keyCaps } from "./keys";

let clock = 0;
function press(key: string, extra: Partial<KeyboardEvent> = {}) {
  clock += 100;
  return {
    key,
    code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    timeStamp: clock,
    ...extra,
  };
}

function setUp(keys: string[], extra: Partial<Command> = {}) {
  const run = vi.fn();
  const all: Command[] = [{ id: "x", title: "X", group: "Page", keys, run, ...extra }];
  const settings = { single: true };
  const dispatcher = createDispatcher(
    () => all,
    () => settings.single,
  );
  return { run, all, settings, dispatcher };
}

describe("keys", () => {
  it("run their command and use the event up", () => {
    const { run, dispatcher } = setUp(["p"]);
    expect(dispatcher.handle(press("p"), false)).toBe(true);
    expect(run).toHaveBeenCalledOnce();
    expect(dispatcher.handle(press("q"), false)).toBe(false);
  });

  it("of one stroke are quiet in fields and when switched off", () => {
    const { run, settings, dispatcher } = setUp(["p"]);
    expect(dispatcher.handle(press("p"), true)).toBe(false);
    settings.single = false;
    expect(dispatcher.handle(press("p"), false)).toBe(false);
    expect(run).not.toHaveBeenCalled();
  });

  it("with Ctrl or Cmd work everywhere", () => {
    const { run, settings, dispatcher } = setUp(["mod+k"]);
    settings.single = false;
    expect(dispatcher.handle(press("k", { ctrlKey: true }), true)).toBe(true);
    expect(dispatcher.handle(press("k", { metaKey: true }), true)).toBe(true);
    expect(dispatcher.handle(press("k"), false)).toBe(false);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it("of two strokes need both within a second", () => {
    const { run, dispatcher } = setUp(["g m"]);
    dispatcher.handle(press("g"), false);
    dispatcher.handle(press("m"), false);
    expect(run).toHaveBeenCalledOnce();
    dispatcher.handle(press("g"), false);
    clock += 2_000;
    dispatcher.handle(press("m"), false);
    expect(run).toHaveBeenCalledOnce();
  });

  it("go by the physical key where they say so", () => {
    const { run, dispatcher } = setUp(["code:KeyW"]);
    dispatcher.handle(press("z", { code: "KeyW" }), false);
    dispatcher.handle(press("w", { code: "KeyZ" }), false);
    expect(run).toHaveBeenCalledOnce();
  });

  it("belong to the last command that asked for them, and a disabled one swallows them", () => {
    const { run, all, dispatcher } = setUp(["p"]);
    const later = vi.fn();
    all.push({ id: "y", title: "Y", group: "Page", keys: ["p"], run: later, disabled: "not now" });
    expect(dispatcher.handle(press("p"), false)).toBe(true);
    expect(run).not.toHaveBeenCalled();
    expect(later).not.toHaveBeenCalled();
  });

  it("do not confuse a letter with its capital", () => {
    const { run, dispatcher } = setUp(["p"]);
    expect(dispatcher.handle(press("P", { shiftKey: true }), false)).toBe(false);
    expect(run).not.toHaveBeenCalled();
  });
});

it.each([
  ["mod+k", ["Ctrl K"]],
  ["g m", ["G", "M"]],
  ["code:KeyW", ["W"]],
  ["shift+F6", ["Shift F6"]],
  ["Escape", ["Esc"]],
])("%s reads as %j", (keys, caps) => {
  expect(keyCaps(keys, false)).toEqual(caps);
});
