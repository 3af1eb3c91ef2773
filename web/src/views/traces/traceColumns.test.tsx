import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { Router } from "wouter";
import type { TraceSummary } from "@/api/types";
import { toolHref } from "@/state/location";
import { traceColumns } from "./traceColumns";

const id = "4bf92f3577b34da6a3ce929d0e0e4736";
const row: TraceSummary = {
  trace_id: id,
  service: "api",
  name: "POST /v1/workflows",
  start_unix_nano: "1768305600000000000",
  duration_ns: 12_000_000,
  spans: 14,
  errors: 0,
  services: ["api"],
  matched: 1,
};
const search = "?v=1&from=2026-01-13T11:50Z&to=2026-01-13T12:00Z&q=status%3Aerror";
const place = { scope: { kind: "session", id: "s-1" }, tool: "traces", rest: "" } as const;
const columns = traceColumns({
  longest: 12_000_000,
  serviceColor: () => "--s1",
  href: (trace) => toolHref(place, "traces", { rest: trace, search }),
});

/** The link of a cell: where it leads and whether Tab stops at it. */
function link(column: string, atCursor: boolean) {
  const cell = columns.find((other) => other.id === column)?.cell(row, atCursor);
  const html = renderToStaticMarkup(<Router ssrPath="/">{cell}</Router>);
  const [tag = ""] = /<a [^>]*>/.exec(html) ?? [];
  const of = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
  return { href: of("href")?.replaceAll("&amp;", "&"), tabindex: of("tabindex") };
}

it.each(["name", "id"])("the %s of a trace leads to it and keeps the range", (column) => {
  const { href } = link(column, false);
  expect(href).toBe(
    `/sessions/s-1/traces/${id}?v=1&from=2026-01-13T11%3A50Z&to=2026-01-13T12%3A00Z`,
  );
});

it("Tab reaches one link, in the row at the cursor", () => {
  expect(link("id", true).tabindex).toBe("0");
  expect(link("id", false).tabindex).toBe("-1");
  expect(link("name", true).tabindex).toBe("-1");
});
