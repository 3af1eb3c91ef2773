/**
 * One door to `/api/v1`: it adds the session header that makes the evidence trail, turns problem
 * details into `Problem`, and a missing server into `ServerGone`.
 */
import createClient, { type ClientOptions } from "openapi-fetch";
import { reportAnswer, reportNoAnswer } from "./connection";
import { Problem, ServerGone } from "./problem";
import type { paths } from "./schema";
import type { ProblemDetails } from "./types";

let sessionId: string | null = null;

/** Every tool query from now on belongs to this session. `null` when a recording is open without one. */
export function setSession(id: string | null): void {
  sessionId = id;
}

const options: ClientOptions = { fetch: answer };

export const client = createClient<paths>(options);

/** The body of a successful answer; anything else is thrown as `Problem` or `ServerGone`. */
export async function body<T>(
  answered: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data } = await answered;
  // `answer` has thrown for everything but success; an empty body is `undefined` by contract.
  return data as T;
}

async function answer(request: Request): Promise<Response> {
  if (sessionId) request.headers.set("Firedrill-Session", sessionId);
  let response: Response;
  try {
    response = await fetch(request);
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    reportNoAnswer();
    throw new ServerGone(cause);
  }
  if (response.ok) {
    reportAnswer();
    return response;
  }
  const details = await problemFrom(response);
  // A proxy in front of a stopped server answers 502 to 504 without problem details.
  if (!details && response.status >= 502 && response.status <= 504) {
    reportNoAnswer();
    throw new ServerGone(response.status);
  }
  reportAnswer();
  throw new Problem(details ?? unnamedProblem(response));
}

async function problemFrom(response: Response): Promise<ProblemDetails | null> {
  if (!response.headers.get("Content-Type")?.includes("json")) return null;
  try {
    const found = (await response.json()) as Partial<ProblemDetails>;
    if (typeof found.title !== "string") return null;
    return {
      type: found.type ?? "about:blank",
      title: found.title,
      status: found.status ?? response.status,
      code: found.code ?? "unknown",
      detail: found.detail ?? "",
      next_step: found.next_step ?? "",
      position: found.position ?? null,
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
