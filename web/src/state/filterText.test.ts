import { describe, expect, test } from "vitest";
import { lastTerm, removeTerm, term, withTerm } from "./filterText";

describe("term", () => {
  test.each([
    ["service", "api", false, "service:api"],
    ["http.route", "/workflows/{id}", false, 'http.route:"/workflows/{id}"'],
    ["name", 'say "hi"', false, 'name:"say \\"hi\\""'],
    ["status", "OR", true, '-status:"OR"'],
    ["retry_count", 3, false, "retry_count:3"],
  ])("%s %s", (key, value, negated, expected) => {
    expect(term(key, value, negated)).toBe(expected);
  });
});

describe("withTerm", () => {
  test("adds once", () => {
    expect(withTerm("", "service", "api")).toBe("service:api");
    expect(withTerm("service:api", "service", "api")).toBe("service:api");
    expect(withTerm("service:api", "status", "error")).toBe("service:api status:error");
  });
  test("replaces the opposite", () => {
    expect(withTerm("-service:api x", "service", "api")).toBe("x service:api");
  });
  test("keeps alternatives together", () => {
    expect(withTerm("a OR b", "status", "error")).toBe("(a OR b) status:error");
    expect(withTerm("(a OR b)", "status", "error")).toBe("(a OR b) status:error");
    expect(withTerm("(a) OR (b)", "status", "error")).toBe("((a) OR (b)) status:error");
    expect(withTerm('"a OR b"', "status", "error")).toBe('"a OR b" status:error');
    expect(withTerm("(a OR b) c", "status", "error")).toBe("(a OR b) c status:error");
  });
});

test("removeTerm leaves the rest", () => {
  expect(removeTerm("a service:api b", "service:api")).toBe("a b");
  expect(removeTerm("service:api-gateway", "service:api")).toBe("service:api-gateway");
});

test.each([
  ["", null],
  ["level:error", "level:error"],
  ["level:error timeout ", "timeout"],
  ['level:error "two words"', '"two words"'],
  ['service:api name:"GET /a b"', 'name:"GET /a b"'],
])("last term of %j", (filter, expected) => {
  expect(lastTerm(filter)).toBe(expected);
});
