/**
 * A query field on CodeMirror: one line that grows, Enter runs, Shift+Enter breaks the line. A problem's
 * position is underlined. Load it lazily: it brings the editor with it.
 */
import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeCompletion,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, insertNewline } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { EditorState, type Extension, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder as placeholderOf } from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { ProblemDetails } from "@/api/types";
import { cx } from "../cx";
import styles from "./QueryEditor.module.css";
import { editorTheme } from "./theme";

export interface QueryEditorProps {
  label: string;
  value: string;
  onChange(text: string): void;
  onSubmit(text: string): void;
  /** The language with its completion. Must be the same object on every render. */
  language: Extension;
  placeholder?: string;
  problem?: ProblemDetails | null;
  /** Receives a function that puts the cursor into the field. */
  focusRef?: React.RefObject<(() => void) | null>;
}

export default function QueryEditor(props: QueryEditorProps) {
  const { label, value, language, placeholder = "", problem, focusRef } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    if (!host.current) return;
    const submit = (editor: EditorView) => {
      closeCompletion(editor);
      latest.current.onSubmit(editor.state.doc.toString());
      return true;
    };
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          history(),
          language,
          autocompletion({ icons: false }),
          closeBrackets(),
          bracketMatching(),
          Prec.highest(
            keymap.of([
              // With an open list, Enter takes the completion; `acceptCompletion` says whether it did.
              { key: "Enter", run: (editor) => acceptCompletion(editor) || submit(editor) },
              { key: "Mod-Enter", run: submit },
              { key: "Shift-Enter", run: insertNewline },
              { key: "Tab", run: acceptCompletion },
            ]),
          ),
          keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap]),
          placeholderOf(placeholder),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
          editorTheme,
        ],
      }),
    });
    view.current = made;
    if (focusRef) focusRef.current = () => made.focus();
    return () => {
      if (focusRef) focusRef.current = null;
      made.destroy();
    };
  }, [label, language, placeholder, focusRef]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (editor) editor.dispatch(setDiagnostics(editor.state, diagnostics(editor.state, problem)));
  }, [problem]);

  return <div ref={host} className={cx(styles.field, problem && styles.bad)} />;
}

function diagnostics(state: EditorState, problem: ProblemDetails | null | undefined): Diagnostic[] {
  const at = problem?.position;
  if (!problem || !at) return [];
  const length = state.doc.length;
  // At the end of the text there is nothing to underline: mark the last character.
  const from = Math.min(at.offset, Math.max(length - 1, 0));
  const to = Math.min(Math.max(at.offset + at.length, from + 1), length);
  return [{ from, to, severity: "error", message: problem.title }];
}
