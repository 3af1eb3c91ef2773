import { expect, it } from "vitest";
import { findFile } from "./codePaths";

const files = ["src/main.rs", "src/users/mod.rs", "src/jobs/mod.rs", "src/jobs/update.rs"].map(
  (path) => ({ path, lines: 100 }),
);

it.each([
  ["src/jobs/update.rs", { path: "src/jobs/update.rs", line: null }],
  ["src/jobs/update.rs:42", { path: "src/jobs/update.rs", line: 42 }],
  ["update.rs", { path: "src/jobs/update.rs", line: null }],
  ["jobs/mod.rs", { path: "src/jobs/mod.rs", line: null }],
  ["src/jobs/update.rs:101", { path: "src/jobs/update.rs", line: null }],
  ["src/jobs/update.rs:0", { path: "src/jobs/update.rs", line: null }],
  ["mod.rs", null],
  ["date.rs", null],
  ["src/jobs", null],
  ["fixes/01-first.patch", null],
  ["approve_input", null],
  ["transaction(update.rs)", null],
])("%j", (written, expected) => {
  expect(findFile(written, files)).toEqual(expected);
});
