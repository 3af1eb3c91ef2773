/** Finding the file that a text means. Pure. */
import type { CodePlace } from "@/views/shared/CodeLink";

/**
 * The file that `written` names, as `src/api/users.rs` or `src/api/users.rs:42`, or null. The end of a path is
 * enough where only one file has it: who has just named `services/create.rs` goes on with `update.rs`.
 */
export function findFile(
  written: string,
  files: readonly { path: string; lines: number }[],
): CodePlace | null {
  const [, path = "", digits] = /^([\w./-]+\.\w+)(?::(\d{1,7}))?$/.exec(written) ?? [];
  if (path === "") return null;
  const ending = files.filter((file) => file.path.endsWith(`/${path}`));
  const file =
    files.find((candidate) => candidate.path === path) ??
    (ending.length === 1 ? ending[0] : undefined);
  if (!file) return null;
  const line = digits === undefined ? null : Number(digits);
  return { path: file.path, line: line !== null && line >= 1 && line <= file.lines ? line : null };
}
