// CodeMirror, with the problems that the package's rules find marked where they are.

import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, ensureSyntaxTree, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { linter, lintGutter, lintKeymap, type Diagnostic } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import type { Tree } from "@lezer/common";
import { tags } from "@lezer/highlight";

import type { EditorProps } from "./json-editor";
import { parse } from "./parse";
import { brokenAt, rangeOf, replaced, rounded, type Range } from "./json-path";

/** Long enough that it does not flicker while one types a word. */
const CHECK_AFTER_MS = 150;

const highlight = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--json-key)" },
  { tag: tags.string, color: "var(--json-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--json-literal)" },
]);

const theme = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--card)", fontSize: "0.875rem", borderRadius: "0.375rem" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", minHeight: "10rem", maxHeight: "24rem", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)", padding: "0.5rem 0" },
  ".cm-gutters": { backgroundColor: "transparent", border: "0", color: "var(--quiet)" },
  ".cm-tooltip": { backgroundColor: "var(--card)", border: "1px solid var(--line)", color: "var(--text)" },
  ".cm-diagnostic": { fontFamily: "system-ui, sans-serif" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--line)" },
});

const warning = ({ from, to }: Range, message: string): Diagnostic => ({ from, to, severity: "warning", message });

/** What is sent of the text without being what was typed. */
const losses = (tree: Tree, text: string): Diagnostic[] => [
  ...rounded(tree, text).map(({ read, ...range }) =>
    warning(range, `will be ${read}: a number in JavaScript has 53 bits; as a string it stays as it is`)),
  ...replaced(tree, text).map((range) => warning(range, "will be left out: there is another of this name below, and JSON keeps the last")),
];

/** Opens an editor in `place`; the function that it returns closes it. */
export function openEditor(place: HTMLElement, options: EditorProps & { focus: boolean }): () => void {
  const { label, text, check, onProblem } = options;

  async function diagnose({ state }: EditorView): Promise<Diagnostic[]> {
    const source = state.doc.toString();
    const tree = ensureSyntaxTree(state, state.doc.length, 1_000);
    const parsed = parse(source);
    const isBroken = "problem" in parsed;
    const problem = isBroken ? parsed.problem : await check(parsed.value);
    // What was typed meanwhile is checked by itself.
    if (source === text.peek()) onProblem(problem);
    if (problem === undefined) return tree ? losses(tree, source) : [];
    const range = !tree ? { from: 0, to: 0 } : isBroken ? brokenAt(tree) : rangeOf(tree, source, problem.path);
    return [{ ...range, severity: "error", message: problem.message }];
  }

  // In a shadow root: there the styles that CodeMirror makes are a sheet that is adopted, which a policy without inline
  // styles takes. In the document they would be a style element.
  const root = place.shadowRoot ?? place.attachShadow({ mode: "open" });
  root.replaceChildren();
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text.peek(),
      extensions: [
        json(),
        history(),
        bracketMatching(),
        syntaxHighlighting(highlight),
        lintGutter(),
        linter(diagnose, { delay: CHECK_AFTER_MS }),
        // Tab is not taken: it leads on, as everywhere in a page. Ctrl+Enter is the form's.
        keymap.of([...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"), ...historyKeymap, ...lintKeymap]),
        EditorView.lineWrapping,
        // The number for tools that do not know that what is edited has the focus anyway.
        EditorView.contentAttributes.of({ "aria-label": label, "aria-multiline": "true", "tabindex": "0" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) text.value = update.state.doc.toString();
        }),
        theme,
      ],
    }),
  });
  if (options.focus) view.focus();
  // What others put into the draft, such as a user of the table. Undoing it brings back what was there, and no more.
  const unfollow = text.subscribe((next) => {
    const { doc } = view.state;
    if (next === doc.toString()) return;
    view.dispatch({ changes: { from: 0, to: doc.length, insert: next }, annotations: isolateHistory.of("full") });
  });
  return () => {
    unfollow();
    view.destroy();
  };
}
