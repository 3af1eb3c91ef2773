import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Router } from "wouter";
import type { Diagnosis } from "@/api/types";
import { WhatYouWrote } from "./ResultPage";

const empty: Diagnosis = {
  mechanism: null,
  component: null,
  locations: [],
  chain: [],
  ruled_out: [],
  evidence: [],
  text: "",
};

beforeEach(() => {
  const location = {
    pathname: "/sessions/s-1/answer",
    search: "?v=1&from=2026-01-13T11:50Z&tab=x",
  };
  vi.stubGlobal("location", location);
  vi.stubGlobal("window", { location });
});
afterEach(() => vi.unstubAllGlobals());

function words(diagnosis: Partial<Diagnosis>): string {
  return renderToStaticMarkup(
    <Router ssrPath="/sessions/s-1/answer">
      <WhatYouWrote diagnosis={{ ...empty, ...diagnosis }} />
    </Router>,
  );
}

it("shows the candidate's words as they were written", () => {
  expect(words({ text: "Ask first.\n\n<b>Then</b> write." })).toContain(
    "Ask first.\n\n&lt;b&gt;Then&lt;/b&gt; write.",
  );
});

it("links the candidate's places, with the range kept", () => {
  const html = words({ locations: [{ path: "src/a.rs", line: 42, function: "start" }] });
  expect(html).toContain(
    'href="/sessions/s-1/code/src/a.rs?v=1&amp;from=2026-01-13T11%3A50Z&amp;line=42"',
  );
  expect(html).toContain("src/a.rs:42</a> <code>start</code>");
});

it("says what was left empty", () => {
  expect(words({})).toContain("no place");
  expect(words({ text: " \n" })).toContain("nothing");
});
