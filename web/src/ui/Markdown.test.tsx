import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { Router } from "wouter";
import { Markdown } from "./Markdown";

function check(text: string, expected: string, linkFor?: (code: string) => string | null) {
  const html = renderToStaticMarkup(
    <Router ssrPath="/">
      <Markdown text={text} linkFor={linkFor} />
    </Router>,
  );
  expect(html.replace(/^<div[^>]*>|<\/div>$/g, "")).toBe(expected);
}

it("renders the few forms that briefs use", () => {
  check(
    "**Since** `api`\n\n1. one\n2. two",
    '<p><b>Since</b> <code>api</code></p><ol start="1"><li><p>one</p></li><li><p>two</p></li></ol>',
  );
});

it("shows raw HTML as text", () => {
  check("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
  check('a <img src=x onerror="x()"> b', "<p>a &lt;img src=x onerror=&quot;x()&quot;&gt; b</p>");
});

it("opens only safe links and no images", () => {
  check("[a](javascript:alert)", "<p>a</p>");
  check("[a](//elsewhere)", "<p>a</p>");
  check("![a](https://elsewhere/x.png)", "<p></p>");
  check("[a](/sessions/1)", '<p><a href="/sessions/1" rel="noreferrer">a</a></p>');
});

it("links code that stands for a place of the page, and leaves links of the author alone", () => {
  const linkFor = (code: string) => (code === "a.rs" ? "/code/a.rs" : null);
  check(
    "**in `a.rs`**, `b.rs`",
    '<p><b>in <a href="/code/a.rs"><code>a.rs</code></a></b>, <code>b.rs</code></p>',
    linkFor,
  );
  check(
    "[see `a.rs`](/elsewhere)",
    '<p><a href="/elsewhere" rel="noreferrer">see <code>a.rs</code></a></p>',
    linkFor,
  );
});
