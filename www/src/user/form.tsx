// One user: the id, the data, and what can be done.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import type { Problem } from "../service/types";
import { session } from "../state";
import { byteLength, grouped, sentence } from "../text";
import { press, save } from "./actions";
import { draft, userId, whyNotUpdate } from "./draft";
import { JsonEditor } from "./json-editor";
import { cancel, result } from "./perform";
import { QuestionView } from "./question";
import { ResultView } from "./result";
import { HINTS, WORDS } from "./verbs";
import type { Verb } from "../service/types";

export function UserForm() {
  const current = session.value;
  const problem = useSignal<Problem | undefined>(undefined);
  const idField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // Where one works next; a keyboard on the screen would only cover the page.
    if (document.activeElement === document.body && !matchMedia("(pointer: coarse)").matches) idField.current?.select();
    return cancel;
  }, []);
  if (current === undefined) return null;

  const running = result.value.state === "running" ? result.value.verb : undefined;
  const idProblem = current.checkId(userId.value);

  const offNote = current.verbs.includes("update") ? whyNotUpdate(userId.value) : undefined;
  const isOff = (verb: Verb) => running !== undefined || (verb === "update" && offNote !== undefined);

  return (
    <form class="card" id="user" autocomplete="off" aria-labelledby="user-title" aria-busy={running !== undefined}
      onSubmit={(event) => {
        event.preventDefault();
        void press("get");
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        void save();
      }}>
      <h2 id="user-title">User</h2>
      <label class="field">
        <span>Id</span>
        <input id="id" ref={idField} class="mono" value={userId.value} spellcheck={false} autocapitalize="off" aria-describedby="id-problem"
          aria-invalid={idProblem !== undefined} onInput={(event) => (userId.value = event.currentTarget.value)} />
      </label>
      <p class="problem" id="id-problem">{idProblem && sentence(idProblem)}</p>
      <div class="field">
        <span class="label" id="data-label">{current.editorLabel}</span>
        <JsonEditor label={current.editorLabel} text={draft} check={current.checkData} onProblem={(found) => (problem.value = found)} />
        <Size text={draft.value} most={current.maxBytes} />
        <p class="problem" id="data-problem" role="status">{problem.value && sentence(problem.value.message)}</p>
      </div>
      <div class="buttons">
        {current.verbs.map((verb) => (
          // Marked rather than disabled, so that the keyboard's focus stays where it is.
          <button key={verb} type="button" value={verb} class={classOf(verb, running)} aria-disabled={isOff(verb)}
            aria-describedby={verb === "update" && offNote ? "update-note" : undefined} onClick={() => void press(verb)}>
            {WORDS[verb].label}
          </button>
        ))}
        {running && <button type="button" id="cancel" onClick={cancel}>Cancel</button>}
      </div>
      <QuestionView />
      {offNote && <p class="note" id="update-note">{offNote}</p>}
      <p class="note">{HINTS[current.service]} Enter in the id: Get. Ctrl+Enter: Update what was read, else Create.</p>
      <ResultView />
    </form>
  );
}

function classOf(verb: Verb, running: Verb | undefined): string {
  const kind = verb === "create" ? "main" : verb === "delete" ? "danger" : "";
  return verb === running ? `${kind} busy` : kind;
}

/** Counts what would be sent, which is shorter than what is typed. */
function Size({ text, most }: { text: string; most: number | undefined }) {
  let sent = text;
  try {
    sent = JSON.stringify(JSON.parse(text));
  } catch {
    // Not JSON yet: what is there is as good a guess as any.
  }
  const bytes = byteLength(sent);
  if (most === undefined) return <p class="size">{grouped(bytes)} bytes</p>;
  const share = Math.min(100, (100 * bytes) / most);
  return (
    <p class={bytes > most ? "size over" : "size"} id="data-size">
      <svg aria-hidden="true" viewBox="0 0 100 4" preserveAspectRatio="none"><rect width={share} height="4" /></svg>
      {grouped(bytes)} of {grouped(most)} bytes
    </p>
  );
}
