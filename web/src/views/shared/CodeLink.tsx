/** A place in the code as a link to the code tool: `path:line`. */
import { Link } from "wouter";
import { toolHref, usePlace } from "@/state/location";
import type { Place } from "@/state/url";
import { cx } from "@/ui/cx";

export interface CodePlace {
  path: string;
  line?: number | null;
}

export function CodeLink({ path, line, className }: CodePlace & { className?: string }) {
  const place = usePlace();
  if (!place) return null;
  return (
    <Link className={cx("mono accent", className)} href={codeHref(place, { path, line })}>
      {codeLabel({ path, line })}
    </Link>
  );
}

export function codeLabel({ path, line }: CodePlace): string {
  return line ? `${path}:${line}` : path;
}

export function codeHref(place: Place, { path, line }: CodePlace): string {
  return toolHref(place, "code", { rest: path, params: line ? { line: String(line) } : {} });
}
