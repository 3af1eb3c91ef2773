/** What goes wrong between the page and the server, as two kinds that the page treats differently. */
import type { ProblemDetails } from "./types";

/** The server answered and said what is wrong. */
export class Problem extends Error {
  readonly details: ProblemDetails;

  constructor(details: ProblemDetails) {
    super(details.title);
    this.name = "Problem";
    this.details = details;
  }
}

/** No answer came: the server is gone, or the connection broke. */
export class ServerGone extends Error {
  constructor(cause: unknown) {
    super("The server does not answer", { cause });
    this.name = "ServerGone";
  }
}

/** What is wrong and what to do, as one or two sentences: the server's words are fragments. */
export function explain(problem: ProblemDetails): string {
  return [problem.detail, problem.next_step].map(sentence).filter(Boolean).join(" ");
}

function sentence(fragment: string): string {
  const text = fragment.trim();
  if (text === "") return "";
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…:]$/.test(whole) ? whole : `${whole}.`;
}

/** Any error as problem details, so that one component can show all of them. */
export function toProblem(error: unknown): ProblemDetails {
  if (error instanceof Problem) return error.details;
  if (error instanceof ServerGone) {
    return {
      type: "about:blank",
      title: "The server does not answer",
      status: 0,
      code: "server_gone",
      detail: "What you wrote is kept in this tab.",
      next_step: "Start firedrill again, or wait for the next try.",
    };
  }
  return {
    type: "about:blank",
    title: "The page met something unexpected",
    status: 0,
    code: "page_error",
    detail: error instanceof Error ? error.message : String(error),
    next_step: "Reload the page. Notes and drafts are kept by the server.",
  };
}
