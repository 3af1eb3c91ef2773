import { expect, test } from "vitest";
import { inlineAttributes } from "./inline";

test("what tells lines apart stays, in order; where it was written does not", () => {
  expect(
    inlineAttributes({
      error: "the request did not finish within 30 s",
      "code.file.path": "src/a.rs",
      "code.line.number": 49,
      duration_ms: 18714.552383000002,
      "http.route": "/v1/users",
      "http.response.status_code": 200,
      tags: ["a", "b"],
      "otel.scope.name": "emit",
    }),
  ).toEqual([
    ["duration_ms", "18,715"],
    ["http.route", "/v1/users"],
    ["http.response.status_code", "200"],
    ["tags", '["a","b"]'],
    ["error", "the request did not finish within 30 s"],
  ]);
});
