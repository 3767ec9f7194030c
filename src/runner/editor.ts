/** The editor: CodeMirror 6 with Python, in a chunk of its own that is loaded when someone edits. */

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, keymap, type DecorationSet } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

export interface EditorOptions {
  /** Goes when the editor goes. */
  readonly parent: HTMLElement;
  readonly source: string;
  /** The name for screen readers. */
  readonly label: string;
  run(): void;
  changed(): void;
}

export interface Editor {
  readonly source: string;
  focus(): void;
  /** Puts the cursor where the pointer is, or at the start. */
  place(x: number, y: number): void;
  /** Marks a line, from 1; 0 marks none. An edit removes the mark. */
  mark(line: number): void;
  remove(): void;
}

const setMark = StateEffect.define<number>();

const markedLine = Decoration.line({ class: "snippet-marked" });

const markField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, change) {
    let next = change.docChanged ? Decoration.none : marks;
    for (const effect of change.effects) {
      if (!effect.is(setMark)) continue;
      const { doc } = change.state;
      const marked = effect.value >= 1 && effect.value <= doc.lines;
      next = marked ? Decoration.set(markedLine.range(doc.line(effect.value).from)) : Decoration.none;
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Opens an editor in `parent`. */
export function openEditor({ parent, source, label, run, changed }: EditorOptions): Editor {
  const view = new EditorView({
    parent,
    doc: source,
    extensions: [
      keymap.of([
        { key: "Mod-Enter", run: () => (run(), true) },
        { key: "Ctrl-Enter", run: () => (run(), true) },
        // Tab indents, so Escape has to let it go; it does so until the next edit.
        { key: "Escape", run: (editor) => (editor.setTabFocusMode(true), true) },
        indentWithTab,
        ...defaultKeymap,
        ...historyKeymap,
      ]),
      history(),
      indentOnInput(),
      bracketMatching(),
      indentUnit.of("    "),
      EditorState.tabSize.of(4),
      pythonLanguage,
      syntaxHighlighting(classHighlighter),
      markField,
      EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        update.view.setTabFocusMode(false);
        changed();
      }),
    ],
  });
  return {
    get source() {
      return view.state.doc.toString();
    },
    focus: () => view.focus(),
    place: (x, y) => view.dispatch({ selection: { anchor: view.posAtCoords({ x, y }) ?? 0 } }),
    mark: (line) => {
      const { doc } = view.state;
      const effects: StateEffect<unknown>[] = [setMark.of(line)];
      if (line >= 1 && line <= doc.lines) effects.push(EditorView.scrollIntoView(doc.line(line).from));
      view.dispatch({ effects });
    },
    remove: () => {
      view.destroy();
      parent.remove();
    },
  };
}
