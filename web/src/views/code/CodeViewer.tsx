/**
 * A file in CodeMirror, read-only: line numbers that link, folding, search with Ctrl/Cmd+F, Rust colours.
 * Loaded when a file is first opened.
 */
import { defaultKeymap } from "@codemirror/commands";
import { rust } from "@codemirror/lang-rust";
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  syntaxHighlighting,
} from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import styles from "./CodeViewer.module.css";

export interface CodeViewerProps {
  text: string;
  language: string;
  line: number | null;
  label: string;
  onLine(line: number): void;
}

export default function CodeViewer({ text, language, line, label, onLine }: CodeViewerProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(onLine);
  latest.current = onLine;
  useEffect(() => {
    if (!host.current) return;
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          EditorState.readOnly.of(true),
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
          EditorView.editable.of(false),
          lineNumbers({
            domEventHandlers: {
              mousedown: (editor, block) => {
                latest.current(editor.state.doc.lineAt(block.from).number);
                return true;
              },
            },
          }),
          foldGutter(),
          bracketMatching(),
          highlightSelectionMatches(),
          search({ top: true }),
          keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap]),
          markedLine,
          theme,
          syntaxHighlighting(colours),
          ...(language === "rust" ? [rust()] : []),
        ],
      }),
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, [text, language, label]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another text needs the mark anew
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const at =
      line !== null && line >= 1 && line <= editor.state.doc.lines
        ? editor.state.doc.line(line).from
        : null;
    editor.dispatch({
      effects: [
        markLine.of(at),
        ...(at === null ? [] : [EditorView.scrollIntoView(at, { y: "center" })]),
      ],
    });
  }, [line, text]);

  return <div ref={host} className={styles.host} />;
}

const markLine = StateEffect.define<number | null>();

const mark = Decoration.line({ class: styles.marked ?? "" });

const markedLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(markLine)) {
        return effect.value === null ? Decoration.none : Decoration.set(mark.range(effect.value));
      }
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const theme = EditorView.theme({
  "&": {
    height: "100%",
    color: "var(--text-1)",
    backgroundColor: "var(--surface-1)",
    fontSize: "var(--fs-mono)",
  },
  "&.cm-focused": { outline: "none", boxShadow: "inset 0 0 0 2px var(--focus)" },
  ".cm-scroller": {
    fontFamily: "var(--font-mono)",
    lineHeight: "1.6",
    fontVariantLigatures: "none",
  },
  ".cm-gutters": {
    backgroundColor: "var(--surface-1)",
    color: "var(--text-3)",
    border: "none",
  },
  ".cm-lineNumbers .cm-gutterElement": { cursor: "pointer", padding: "0 8px 0 16px" },
  ".cm-lineNumbers .cm-gutterElement:hover": { color: "var(--accent)" },
  ".cm-selectionMatch, .cm-searchMatch": { backgroundColor: "var(--mark-bg)" },
  ".cm-panels": { backgroundColor: "var(--surface-2)", color: "var(--text-1)" },
  ".cm-foldPlaceholder": {
    backgroundColor: "var(--surface-3)",
    border: "none",
    color: "var(--text-2)",
  },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.controlKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.character], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool], color: "var(--code-number)" },
  { tag: [tags.typeName, tags.className, tags.namespace], color: "var(--code-type)" },
  { tag: [tags.function(tags.variableName), tags.macroName], color: "var(--code-function)" },
  { tag: [tags.comment, tags.docComment, tags.lineComment], color: "var(--text-3)" },
  { tag: [tags.attributeName, tags.meta], color: "var(--code-meta)" },
]);
