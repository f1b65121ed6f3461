// A question in the page, before something is lost: it takes the focus, and gives it back.

import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

interface Wording {
  /** Where it is asked, if not in the form. */
  at?: "list";
  text: string;
  yes: string;
  no: string;
}

interface Question extends Wording {
  /** What had the focus. */
  from: Element | null;
  answer(isYes: boolean): void;
}

const question = signal<Question | undefined>(undefined);

/** Asks, in place of what was asked before. */
export function ask(wording: Wording): Promise<boolean> {
  withdraw();
  return new Promise((resolve) => {
    const answer = (isYes: boolean) => {
      question.value = undefined;
      resolve(isYes);
    };
    question.value = { ...wording, from: focused(), answer };
  });
}

/** What was asked is no longer of interest: the answer is no. */
export const withdraw = (): void => question.peek()?.answer(false);

export function QuestionView({ at }: { at?: "list" }) {
  const asked = question.value?.at === at ? question.value : undefined;
  const first = useRef<HTMLButtonElement>(null);
  // Before anything is painted, so that a key that is pressed at once answers the question.
  useLayoutEffect(() => {
    if (!asked) return;
    first.current?.focus();
    return () => {
      const isElsewhere = focused() !== document.body && focused() !== null;
      if (!isElsewhere && asked.from instanceof HTMLElement && asked.from.isConnected) asked.from.focus();
    };
  }, [asked]);
  if (!asked) return null;
  return (
    <div class="question" id="question" role="group" aria-labelledby="question-text"
      onKeyDown={(event) => {
        if (event.key === "Escape") asked.answer(false);
      }}>
      <p id="question-text">{asked.text}</p>
      <div class="buttons">
        <button type="button" class="danger" id="yes" ref={first} onClick={() => asked.answer(true)}>{asked.yes}</button>
        <button type="button" id="no" onClick={() => asked.answer(false)}>{asked.no}</button>
      </div>
    </div>
  );
}

/** Also where it is within a shadow root, as in the editor. */
function focused(): Element | null {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found;
}
