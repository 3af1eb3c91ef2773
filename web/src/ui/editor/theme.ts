/** CodeMirror in the page's tokens, for both themes at once: the custom properties change below it. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const look = EditorView.theme({
  "&": { color: "var(--text-1)", backgroundColor: "transparent", fontSize: "var(--fs-mono)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--font-mono)",
    fontVariantLigatures: "none",
    lineHeight: "1.6",
  },
  ".cm-content": { caretColor: "var(--accent)", padding: "4px 0" },
  ".cm-line": { padding: "0 2px" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--accent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { backgroundColor: "var(--sel)" },
  ".cm-placeholder": { color: "var(--text-3)" },
  ".cm-gutters": {
    backgroundColor: "var(--surface-1)",
    color: "var(--text-3)",
    border: "none",
    borderRight: "1px solid var(--line-1)",
  },
  ".cm-activeLine": { backgroundColor: "var(--hover)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--hover)", color: "var(--text-2)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--accent-bg)",
    outline: "1px solid var(--accent-line)",
  },
  ".cm-searchMatch": { backgroundColor: "var(--mark-bg)" },
  ".cm-tooltip": {
    border: "none",
    borderRadius: "var(--radius-2)",
    backgroundColor: "var(--surface-overlay)",
    boxShadow: "var(--shadow-2)",
    color: "var(--text-1)",
    fontFamily: "var(--font-ui)",
    fontSize: "var(--fs-small)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete": {
    "& > ul": { fontFamily: "var(--font-mono)", maxHeight: "264px", padding: "4px" },
    "& > ul > li": { padding: "3px 8px", lineHeight: "18px", borderRadius: "var(--radius-1)" },
    "& > ul > li[aria-selected]": {
      backgroundColor: "var(--accent-bg)",
      color: "var(--text-1)",
    },
  },
  ".cm-completionIcon": { display: "none" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--accent)" },
  ".cm-completionDetail": { color: "var(--text-3)", fontStyle: "normal", marginLeft: "10px" },
  ".cm-completionInfo": { padding: "6px 8px", maxWidth: "320px" },
  ".cm-diagnostic": { padding: "6px 8px", borderLeft: "none" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--error)",
    textUnderlineOffset: "3px",
  },
  ".cm-panels": { backgroundColor: "var(--surface-2)", color: "var(--text-1)" },
});

const colors = HighlightStyle.define([
  {
    tag: [tags.keyword, tags.function(tags.variableName), tags.operatorKeyword],
    color: "var(--accent)",
  },
  {
    tag: [tags.labelName, tags.propertyName, tags.attributeName, tags.typeName],
    color: "var(--info)",
  },
  { tag: [tags.string, tags.character], color: "var(--ok)" },
  { tag: [tags.number, tags.bool, tags.literal], color: "var(--warn)" },
  { tag: [tags.comment, tags.meta], color: "var(--text-3)" },
  { tag: [tags.operator, tags.punctuation, tags.bracket], color: "var(--text-2)" },
  { tag: tags.invalid, color: "var(--error)" },
]);

export const editorTheme: Extension = [look, syntaxHighlighting(colors)];
