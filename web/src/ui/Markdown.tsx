/**
 * Markdown of briefs, hints and solutions as React elements. The text is parsed to a tree and every node
 * is rendered by hand, so raw HTML is never markup: it shows as the text that it is. Images are left out;
 * links open only http, https and places of this page.
 */
import type { Nodes, RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { Fragment, type ReactNode, useMemo } from "react";
import { cx } from "./cx";
import styles from "./Markdown.module.css";

export function Markdown({ text, className }: { text: string; className?: string }) {
  const tree = useMemo(() => fromMarkdown(text), [text]);
  return <div className={cx(styles.prose, className)}>{children(tree.children)}</div>;
}

function children(nodes: readonly RootContent[]): ReactNode {
  return nodes.map((node, i) => <Fragment key={i}>{element(node)}</Fragment>);
}

function element(node: Nodes): ReactNode {
  switch (node.type) {
    case "text":
      return node.value;
    case "html":
      return node.value;
    case "paragraph":
      return <p>{children(node.children)}</p>;
    case "heading":
      return node.depth <= 2 ? (
        <h3>{children(node.children)}</h3>
      ) : (
        <h4>{children(node.children)}</h4>
      );
    case "strong":
      return <b>{children(node.children)}</b>;
    case "emphasis":
      return <em>{children(node.children)}</em>;
    case "inlineCode":
      return <code>{node.value}</code>;
    case "code":
      return (
        <pre>
          <code>{node.value}</code>
        </pre>
      );
    case "list":
      return node.ordered ? (
        <ol start={node.start ?? 1}>{children(node.children)}</ol>
      ) : (
        <ul>{children(node.children)}</ul>
      );
    case "listItem":
      return <li>{children(node.children)}</li>;
    case "blockquote":
      return <blockquote>{children(node.children)}</blockquote>;
    case "thematicBreak":
      return <hr />;
    case "break":
      return <br />;
    case "link":
      return isSafe(node.url) ? (
        <a
          href={node.url}
          rel="noreferrer"
          target={node.url.startsWith("/") ? undefined : "_blank"}
        >
          {children(node.children)}
        </a>
      ) : (
        children(node.children)
      );
    default:
      return "children" in node ? children(node.children as RootContent[]) : null;
  }
}

function isSafe(url: string): boolean {
  return /^(https?:\/\/|\/(?!\/)|#)/i.test(url);
}
