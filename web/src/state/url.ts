/**
 * The address is a product contract: view, query, range and selection are all in it, so that a link or
 * the back button brings back what a person saw.
 *
 *     /sessions/<id>/<tool>[/<rest>]?v=1&from=…&to=…&<the tool's own parameters>
 *     /recordings/<id>/<tool>[/<rest>]?…          (a recording opened without a session)
 *
 * Old addresses are upgraded on reading (`upgrades`). Parameters that equal their default are left out.
 * This module is pure; `useLocation.ts` binds it to the browser.
 */

export const URL_VERSION = 1;

/** The last instant that a date can hold. */
const MAX_MS = 8.64e15;

export const TOOLS = [
  "metrics",
  "traces",
  "logs",
  "database",
  "heap",
  "services",
  "code",
  "notebook",
  "answer",
] as const;
export type Tool = (typeof TOOLS)[number];

export type Scope = { kind: "session"; id: string } | { kind: "recording"; id: string };

export interface Place {
  scope: Scope;
  tool: Tool;
  /** What stands behind the tool, still encoded by part: a trace id, a file path. */
  rest: string;
}

/** How one parameter is written and read. `undefined` from `parse` means: not understood, use the default. */
export interface Codec<T> {
  readonly fallback: T;
  parse(text: string): T | undefined;
  format(value: T): string;
}

export type Spec = Record<string, Codec<unknown>>;
export type ParamsOf<S extends Spec> = { [K in keyof S]: S[K] extends Codec<infer T> ? T : never };

export const text = (fallback = ""): Codec<string> => ({
  fallback,
  parse: (value) => value,
  format: (value) => value,
});

export const oneOf = <const T extends readonly string[]>(
  values: T,
  fallback: T[number],
): Codec<T[number]> => ({
  fallback,
  parse: (value) => values.find((candidate) => candidate === value),
  format: (value) => value,
});

export const flag = (fallback = false): Codec<boolean> => ({
  fallback,
  parse: (value) => (value === "1" ? true : value === "0" ? false : undefined),
  format: (value) => (value ? "1" : "0"),
});

export const integer = (fallback: number | null = null): Codec<number | null> => ({
  fallback,
  parse: (value) => (/^-?\d{1,15}$/.test(value) ? Number(value) : undefined),
  format: (value) => (value === null ? "" : String(value)),
});

/** A list of short words, joined by commas (which are escaped inside a word). */
export const list = (fallback: readonly string[] = []): Codec<readonly string[]> => ({
  fallback,
  parse: (value) => (value === "" ? [] : value.split(",").map(decode)),
  format: (values) => values.map((word) => word.replace(/[%,]/g, encodeURIComponent)).join(","),
});

/** An instant in milliseconds, written as UTC: `2026-03-14T12:30Z`. */
export const instant = (): Codec<number | null> => ({
  fallback: null,
  parse: parseInstant,
  format: (value) => (value === null ? "" : formatInstant(value)),
});

export function formatInstant(ms: number): string {
  const iso = new Date(ms).toISOString();
  return iso.replace(/(:00)?\.000Z$/, "Z");
}

export function parseInstant(value: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Changes old parameters into today's, one step a version: `upgrades[0]` leads from version 0 to 1. */
const upgrades: ((params: URLSearchParams) => void)[] = [
  // Addresses without a version: `start` and `end` were milliseconds.
  (params) => {
    for (const [old, now] of [
      ["start", "from"],
      ["end", "to"],
    ] as const) {
      const written = params.get(old);
      // What is no instant is carried over as it stands, so that it can be said.
      if (written !== null && !params.has(now)) {
        params.set(
          now,
          Math.abs(Number(written)) <= MAX_MS ? formatInstant(Number(written)) : written,
        );
      }
      params.delete(old);
    }
  },
];

export function upgrade(search: string): URLSearchParams {
  const params = new URLSearchParams(search);
  const version = Number(params.get("v") ?? 0);
  for (let v = Number.isInteger(version) && version >= 0 ? version : 0; v < URL_VERSION; v++) {
    upgrades[v]?.(params);
  }
  params.set("v", String(URL_VERSION));
  return params;
}

export function readParams<S extends Spec>(spec: S, search: string): ParamsOf<S> {
  const params = upgrade(search);
  const values: Record<string, unknown> = {};
  for (const [key, codec] of Object.entries(spec)) {
    const written = params.get(key);
    values[key] = (written === null ? undefined : codec.parse(written)) ?? codec.fallback;
  }
  return values as ParamsOf<S>;
}

/** Parameters of `spec` that are written in the address and not understood, so that their default is used. */
export function unreadParams(spec: Spec, search: string): string[] {
  const params = upgrade(search);
  return Object.entries(spec).flatMap(([key, codec]) => {
    const written = params.get(key);
    return written !== null && codec.parse(written) === undefined ? [key] : [];
  });
}

/** The search text after `patch`; parameters that `spec` does not name stay as they are. */
export function writeParams<S extends Spec>(
  spec: S,
  search: string,
  patch: Partial<ParamsOf<S>>,
): string {
  const params = upgrade(search);
  for (const [key, value] of Object.entries(patch)) {
    const codec = spec[key];
    if (!codec) continue;
    const written = value === undefined ? codec.format(codec.fallback) : codec.format(value);
    if (written === codec.format(codec.fallback)) params.delete(key);
    else params.set(key, written);
  }
  return `?${params}`;
}

/** The range parameters, shared by all tools. */
export const rangeSpec = { from: instant(), to: instant() };

export function readPlace(pathname: string): Place | null {
  const [, kind, id, tool, ...rest] = pathname.split("/");
  if (!id || !isTool(tool)) return null;
  const scope: Scope | null =
    kind === "sessions"
      ? { kind: "session", id: decode(id) }
      : kind === "recordings"
        ? { kind: "recording", id: decode(id) }
        : null;
  return scope && { scope, tool, rest: rest.join("/") };
}

export function writePlace(place: Place): string {
  const base = `${place.scope.kind === "session" ? "/sessions/" : "/recordings/"}${encodeURIComponent(place.scope.id)}`;
  return `${base}/${place.tool}${place.rest ? `/${place.rest}` : ""}`;
}

export function isTool(value: string | undefined): value is Tool {
  return TOOLS.some((tool) => tool === value);
}

/** Decodes a part of an address; what is not valid stays as it was written. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
