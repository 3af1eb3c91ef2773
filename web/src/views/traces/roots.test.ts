import { describe, expect, it } from "vitest";
import { readParams, writeParams } from "@/state/url";
import { searchSpec } from "./params";
import { type Roots, rootsOf, withRoots } from "./roots";

it.each<[string, Roots]>([
  ["", "all"],
  ["root:true kind:server", "requests"],
  ["status:error kind:server duration>1s root:true", "requests"],
  ["root:true -kind:server", "background"],
  ["root:true", "all"],
  ["kind:server", "all"],
  ["root:true kind:server OR status:error", "all"],
  ["root:true kind:server (status:error OR duration>1s)", "requests"],
  ['root:true kind:server "this OR that"', "requests"],
])("%j selects %s", (filter, expected) => {
  expect(rootsOf(filter)).toBe(expected);
});

it.each<[string, Roots, string]>([
  ["", "requests", "root:true kind:server"],
  ["root:true kind:server", "background", "root:true -kind:server"],
  ["root:true kind:server", "all", ""],
  ["root:true kind:server status:error", "all", "status:error"],
  ["status:error root:true -kind:server", "requests", "root:true kind:server status:error"],
  ["a OR b", "requests", "root:true kind:server (a OR b)"],
  ["kind:server status:error", "requests", "root:true kind:server status:error"],
  ["root:true", "all", "root:true"],
])("%j with %s is %j", (filter, roots, expected) => {
  expect(withRoots(filter, roots)).toBe(expected);
  expect(rootsOf(withRoots(filter, roots))).toBe(roots);
});

describe("the address of the search", () => {
  it("stands for requests where it says nothing", () => {
    expect(readParams(searchSpec, "?v=1").q).toBe("root:true kind:server");
    expect(readParams(searchSpec, "?v=1&q=service%3Aapi").q).toBe("service:api");
  });

  it("can say that everything is wanted", () => {
    const search = writeParams(searchSpec, "?v=1", { q: "" });
    expect(search).toBe("?v=1&q=");
    expect(readParams(searchSpec, search).q).toBe("");
  });
});
