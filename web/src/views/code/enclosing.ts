/** Which function a line of Rust belongs to, told by indentation, as rustfmt leaves it. */

const FUNCTION = /^(\s*)(?:pub(?:\([^)]*\))?\s+)?(?:(?:const|async|unsafe)\s+)*fn\s+(\w+)/;

/** The name of the innermost named function around a line (counted from 1); null outside of any. */
export function enclosingFunction(text: string, line: number): string | null {
  const lines = text.split("\n");
  for (let at = Math.min(line, lines.length); at >= 1; at--) {
    const found = FUNCTION.exec(lines[at - 1] ?? "");
    if (!found) continue;
    const [, indent = "", name = ""] = found;
    // Its body ends at the first closing brace as far left as it begins.
    const end = lines.findIndex((content, index) => index >= at && content === `${indent}}`) + 1;
    if (end >= line || end === 0) return name;
  }
  return null;
}
