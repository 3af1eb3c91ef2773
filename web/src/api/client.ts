/**
 * One door to `/api/v1`: it adds the session header that makes the evidence trail, turns problem
 * details into `Problem`, and a missing server into `ServerGone`.
 */
import { reportAnswer, reportNoAnswer } from "./connection";
import { Problem, ServerGone } from "./problem";
import type { ProblemDetails } from "./types";

export const API_BASE = "/api/v1";

let sessionId: string | null = null;

/** Every tool query from now on belongs to this session. `null` when a recording is open without one. */
export function setSession(id: string | null): void {
  sessionId = id;
}

export type QueryValue = string | number | boolean | null | undefined;

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Record<string, QueryValue>;
  body?: unknown;
  signal?: AbortSignal;
}

/** Sends one request. Parts of `path` must already be encoded (use the `path` template tag). */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (sessionId) headers["Firedrill-Session"] = sessionId;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";

  let response: Response;
  try {
    response = await fetch(API_BASE + path + search(options.query), {
      method: options.method ?? "GET",
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    reportNoAnswer();
    throw new ServerGone(cause);
  }
  // A proxy in front of a stopped server answers 502 to 504 without problem details.
  const text = await response.text();
  if (response.ok) {
    reportAnswer();
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }
  const details = problemFrom(response, text);
  if (!details && response.status >= 502 && response.status <= 504) {
    reportNoAnswer();
    throw new ServerGone(response.status);
  }
  reportAnswer();
  throw new Problem(details ?? unnamedProblem(response));
}

/** Builds a path and encodes each part: path`/sessions/${id}/notebook`. */
export function path(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return parts.reduce(
    (text, part, i) => text + encodeURIComponent(String(values[i - 1] ?? "")) + part,
  );
}

function search(query: Record<string, QueryValue> | undefined): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") params.set(key, String(value));
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

function problemFrom(response: Response, text: string): ProblemDetails | null {
  if (!response.headers.get("Content-Type")?.includes("json")) return null;
  try {
    const body = JSON.parse(text) as Partial<ProblemDetails>;
    if (typeof body.title !== "string") return null;
    return {
      type: body.type ?? "about:blank",
      title: body.title,
      status: body.status ?? response.status,
      code: body.code ?? "unknown",
      detail: body.detail ?? "",
      next_step: body.next_step ?? "",
      position: body.position ?? null,
    };
  } catch {
    return null;
  }
}

function unnamedProblem(response: Response): ProblemDetails {
  return {
    type: "about:blank",
    title: `The server answered ${response.status}`,
    status: response.status,
    code: "http_error",
    detail: response.statusText,
    next_step: "Try again. The server's log says more.",
  };
}
