/** Listens for keys once, for the whole page, and keeps the commands that hold everywhere. */
import { useEffect } from "react";
import { commands, createDispatcher } from "@/state/commands";
import { navigate } from "@/state/location";
import { changeSettings, settings } from "@/state/settings";
import { toggleTheme } from "@/state/theme";
import { useCommands } from "@/state/useCommand";
import { useStore } from "@/state/useStore";
import { helpOpen, paletteOpen } from "./overlays";
import { focusNextRegion } from "./regions";

export function Keyboard() {
  const { singleKeys } = useStore(settings);

  useEffect(() => {
    const dispatcher = createDispatcher(commands.get, () => settings.get().singleKeys);
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || (event.repeat && event.key === "Escape"))
        return;
      const target = event.target instanceof Element ? event.target : null;
      // A dialog has its own keys, and so has an open menu.
      if (target?.closest('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]'))
        return;
      if (dispatcher.handle(event, isTyping(target))) event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);

  useCommands([
    {
      id: "page.palette",
      title: "Search and run commands",
      group: "Page",
      keys: ["mod+k"],
      inFields: true,
      run: () => paletteOpen.set(true),
    },
    {
      id: "page.help",
      title: "Show keyboard shortcuts",
      group: "Page",
      keys: ["?"],
      run: () => helpOpen.set(true),
    },
    {
      id: "page.theme",
      title: "Switch between dark and light",
      group: "Page",
      keys: ["c t"],
      run: toggleTheme,
    },
    {
      id: "page.region",
      title: "Move to the next part of the page",
      group: "Page",
      keys: ["F6"],
      keysOnly: true,
      run: () => focusNextRegion(1),
    },
    {
      id: "page.region.back",
      title: "Move to the previous part of the page",
      group: "Page",
      keys: ["shift+F6"],
      keysOnly: true,
      run: () => focusNextRegion(-1),
    },
    {
      id: "page.single",
      title: singleKeys ? "Switch single-key shortcuts off" : "Switch single-key shortcuts on",
      group: "Page",
      run: () => changeSettings({ singleKeys: !singleKeys }),
    },
    {
      id: "go.home",
      title: "Go to the drills",
      group: "Go to",
      keys: ["g i"],
      run: () => navigate("/"),
    },
  ]);
  return null;
}

function isTyping(target: Element | null): boolean {
  return Boolean(
    target?.closest(
      'input:not([type="checkbox"]):not([type="radio"]), textarea, select, [contenteditable="true"], .cm-editor',
    ),
  );
}
