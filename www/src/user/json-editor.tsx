// The editor of JSON: a plain text field until its code has arrived, with the same text and the same problems.

import type { Signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

import type { Problem } from "../service/types";
import { parse } from "./parse";

export interface EditorProps {
  label: string;
  text: Signal<string>;
  check: (value: unknown) => Promise<Problem | undefined>;
  onProblem: (problem: Problem | undefined) => void;
}

export function JsonEditor({ label, text, check, onProblem }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const plain = useRef<HTMLTextAreaElement>(null);
  const [isReady, setReady] = useState(false);

  useEffect(() => {
    let gone = false;
    let close = () => {};
    void import("./editor").then(({ openEditor }) => {
      if (gone || !place.current) return;
      const hadFocus = document.activeElement === plain.current;
      close = openEditor(place.current, { label, text, check, onProblem, focus: hadFocus });
      setReady(true);
    });
    return () => {
      gone = true;
      close();
    };
  }, [label]);

  // The editor checks by itself, and marks the place.
  useEffect(() => {
    if (isReady) return;
    void judge(text.value, check).then(onProblem);
  }, [text.value, isReady]);

  return (
    <>
      {!isReady && (
        <textarea ref={plain} class="mono" rows={8} aria-labelledby="data-label" spellcheck={false} value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)} />
      )}
      <div ref={place} class="editor" id="data" hidden={!isReady} />
    </>
  );
}

/** What is wrong with the text: no JSON, or not what the rules take. */
async function judge(text: string, check: EditorProps["check"]): Promise<Problem | undefined> {
  const parsed = parse(text);
  return "problem" in parsed ? parsed.problem : check(parsed.value);
}
