import { describe, expect, it } from "vitest";
import {
  flag,
  formatInstant,
  instant,
  integer,
  list,
  oneOf,
  parseInstant,
  readParams,
  readPlace,
  text,
  unreadParams,
  writeParams,
  writePlace,
} from "./url";

const spec = {
  tab: oneOf(["overview", "explorer"], "overview"),
  query: text(),
  errors: flag(),
  at: integer(),
  services: list(),
  from: instant(),
};

describe("parameters", () => {
  it("fall back where they are missing or not understood", () => {
    expect(readParams(spec, "?v=1&tab=nonsense&at=12.5&from=yesterday&errors=yes")).toEqual({
      tab: "overview",
      query: "",
      errors: false,
      at: null,
      services: [],
      from: null,
    });
  });

  it("survive a round trip", () => {
    const values = {
      tab: "explorer" as const,
      query: 'rate(x{a="b&c"}[5m])',
      errors: true,
      at: -3,
      services: ["a,b", "50 %", "c"],
      from: Date.UTC(2026, 2, 14, 12, 30, 15, 250),
    };
    expect(readParams(spec, writeParams(spec, "", values))).toEqual(values);
  });

  it("are left out where they equal the default, and leave others alone", () => {
    expect(writeParams(spec, "?v=1&other=x&query=y", { query: "", tab: "overview" })).toBe(
      "?v=1&other=x",
    );
  });

  it("of addresses without a version are upgraded", () => {
    const start = Date.UTC(2026, 2, 14, 12, 30);
    expect(readParams(spec, `?start=${start}`).from).toBe(start);
  });

  it.each([
    ["", []],
    ["?v=1&from=2026-03-14T12:30Z&at=3", []],
    ["?v=1&from=yesterday&at=12.5&query=x", ["at", "from"]],
    ["?v=1&from=2026-03-14T12:30:00", ["from"]],
    ["?v=1&from=", ["from"]],
    ["?start=yesterday", ["from"]],
    ["?start=1e99", ["from"]],
  ])("that are not understood are named: %j", (search, expected) => {
    expect(unreadParams(spec, search)).toEqual(expected);
  });
});

describe("instants", () => {
  it.each([
    [Date.UTC(2026, 2, 14, 12, 30), "2026-03-14T12:30Z"],
    [Date.UTC(2026, 2, 14, 12, 30, 5), "2026-03-14T12:30:05Z"],
    [Date.UTC(2026, 2, 14, 12, 30, 5, 7), "2026-03-14T12:30:05.007Z"],
  ])("%d is %s", (ms, written) => {
    expect(formatInstant(ms)).toBe(written);
    expect(parseInstant(written)).toBe(ms);
  });

  it.each(["", "12:30", "2026-03-14T12:30", "2026-99-14T12:30Z"])("%j is none", (written) => {
    expect(parseInstant(written)).toBeUndefined();
  });
});

describe("places", () => {
  it.each([
    "/sessions/s%2F1/traces/4bf92f",
    "/recordings/r-1/code/src/api/mod.rs",
    "/sessions/s-1/metrics",
  ])("%s survives a round trip", (pathname) => {
    const place = readPlace(pathname);
    expect(place && writePlace(place)).toBe(pathname);
  });

  it.each(["/", "/sessions/s-1", "/sessions/s-1/nonsense", "/elsewhere/s-1/metrics"])(
    "%s is none",
    (pathname) => {
      expect(readPlace(pathname)).toBeNull();
    },
  );
});
