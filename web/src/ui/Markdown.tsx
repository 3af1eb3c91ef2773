/**
 * Markdown of briefs, hints and solutions as React elements. The text is parsed to a tree and every node
 * is rendered by hand, so raw HTML is never markup: it shows as the text that it is. Images are left out;
 * links open only http, https and places of this page.
 */
import type { Nodes, RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { Fragment, type ReactNode, useMemo } from "react";
import { Link } from "wouter";
import { cx } from "./cx";
import styles from "./Markdown.module.css";

export interface MarkdownProps {
  text: string;
  className?: string;
  /** The address of this page that a piece of inline code stands for, such as a file's, or null. */
  linkFor?: (code: string) => string | null;
}

export function Markdown({ text, className, linkFor }: MarkdownProps) {
  const tree = useMemo(() => fromMarkdown(text), [text]);
  return <div className={cx(styles.prose, className)}>{children(tree.children, linkFor)}</div>;
}

function children(nodes: readonly RootContent[], linkFor: MarkdownProps["linkFor"]): ReactNode {
  return nodes.map((node, i) => <Fragment key={i}>{element(node, linkFor)}</Fragment>);
}

function element(node: Nodes, linkFor: MarkdownProps["linkFor"]): ReactNode {
  switch (node.type) {
    case "text":
      return node.value;
    case "html":
      return node.value;
    case "paragraph":
      return <p>{children(node.children, linkFor)}</p>;
    case "heading":
      return node.depth <= 2 ? (
        <h3>{children(node.children, linkFor)}</h3>
      ) : (
        <h4>{children(node.children, linkFor)}</h4>
      );
    case "strong":
      return <b>{children(node.children, linkFor)}</b>;
    case "emphasis":
      return <em>{children(node.children, linkFor)}</em>;
    case "inlineCode": {
      const href = linkFor?.(node.value);
      const code = <code>{node.value}</code>;
      return href ? <Link href={href}>{code}</Link> : code;
    }
    case "code":
      return (
        <pre>
          <code>{node.value}</code>
        </pre>
      );
    case "list":
      return node.ordered ? (
        <ol start={node.start ?? 1}>{children(node.children, linkFor)}</ol>
      ) : (
        <ul>{children(node.children, linkFor)}</ul>
      );
    case "listItem":
      return <li>{children(node.children, linkFor)}</li>;
    case "blockquote":
      return <blockquote>{children(node.children, linkFor)}</blockquote>;
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
          {children(node.children, undefined)}
        </a>
      ) : (
        children(node.children, linkFor)
      );
    default:
      return "children" in node ? children(node.children as RootContent[], linkFor) : null;
  }
}

function isSafe(url: string): boolean {
  return /^(https?:\/\/|\/(?!\/)|#)/i.test(url);
}
