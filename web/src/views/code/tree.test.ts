import { expect, test } from "vitest";
import { buildFolders, foldersOf } from "./tree";

test("folders come first and are sorted, files keep their path", () => {
  const root = buildFolders([
    { path: "src/lib.rs", lines: 3 },
    { path: "src/infra/pool.rs", lines: 9 },
    { path: "src/api/mod.rs", lines: 1 },
  ]);
  expect(root.folders.map((folder) => folder.path)).toEqual(["src"]);
  expect(root.folders[0]?.folders.map((folder) => folder.name)).toEqual(["api", "infra"]);
  expect(root.folders[0]?.files).toEqual([{ name: "lib.rs", path: "src/lib.rs", lines: 3 }]);
});

test("the folders of a path, outermost first", () => {
  expect(foldersOf("src/infra/database/pool.rs")).toEqual([
    "src",
    "src/infra",
    "src/infra/database",
  ]);
  expect(foldersOf("README.md")).toEqual([]);
});
