// What came of the last operation, in words first.

import { useEffect, useRef } from "preact/hooks";

import { sentence } from "../text";
import { undoDelete } from "./actions";
import { inexact } from "./inexact";
import { result, type Result } from "./perform";
import { UndoNote } from "./undo-note";

interface Failure extends Error {
  code?: string;
  status?: number;
  path?: string;
  attempts?: number;
  retryable?: boolean;
  mayHaveBeenApplied?: boolean;
  hint?: string;
  detail?: string;
  apiCode?: number;
  exception?: string;
  phase?: string;
  cause?: unknown;
  error?: unknown;
}

export function ResultView() {
  const now = result.value;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (now.state === "done" || now.state === "failed") place.current?.scrollIntoView({ block: "nearest" });
  }, [now]);
  const { text, tone } = headline(now);
  return (
    <div class="result" id="result" ref={place}>
      <p class={`status ${tone}`} id="outcome" role="status">{text}</p>
      <UndoNote isMany={false} onUndo={({ users: [user] }) => user && void undoDelete(user)} />
      {now.state === "done" && (
        <pre id="record" tabIndex={0} aria-label="The answer">
          {JSON.stringify(now.outcome.user?.record ?? now.outcome.other ?? null, null, 2)}
        </pre>
      )}
      {now.state === "done" && <Inexact data={now.outcome.user?.data} />}
      {now.state === "failed" && <Details failure={now.error as Failure} />}
    </div>
  );
}

function Inexact({ data }: { data: unknown }) {
  const [first, ...others] = inexact(data, "data");
  if (first === undefined) return null;
  const names = others.length === 0 ? `${first} is` : `${first} and ${others.length} more are`;
  return (
    <p class="warning" id="inexact">
      {names} beyond 2⁵³, so the digits shown are those that JavaScript reads: what is stored may have others, which Update would replace.
    </p>
  );
}

function headline(now: Result): { text: string; tone: string } {
  switch (now.state) {
    case "idle":
      return { text: "", tone: "" };
    case "done":
      return { text: now.text, tone: "good" };
    case "failed": {
      // What the service says is a sentence for people; the whole message is in the details.
      const { detail, message } = now.error as Failure;
      return { text: sentence(detail || message), tone: "bad" };
    }
    default:
      return { text: now.text, tone: "" };
  }
}

const yesOrNo = (value: boolean | undefined) => (value === undefined ? undefined : value ? "yes" : "no");

function Details({ failure }: { failure: Failure }) {
  if (failure.code === undefined) return null;
  const rows: [string, string | number | undefined][] = [
    ["Code", failure.code],
    ["HTTP status", failure.status],
    ["Path", failure.path],
    ["Attempts", failure.attempts],
    ["Retryable", yesOrNo(failure.retryable)],
    ["May have been applied", yesOrNo(failure.mayHaveBeenApplied)],
  ];
  const { name, message, phase, apiCode, exception, error: body } = failure;
  const cause = failure.cause === undefined ? undefined : String(failure.cause);
  return (
    <>
      {failure.hint && <p id="hint">{sentence(failure.hint)}</p>}
      <dl id="facts">
        {rows.filter(([, value]) => value !== undefined).map(([term, value]) => (
          <div key={term}><dt>{term}</dt><dd>{value}</dd></div>
        ))}
      </dl>
      <details>
        <summary>Technical details</summary>
        <pre id="technical" tabIndex={0} aria-label="Technical details">
          {JSON.stringify({ name, message, phase, cause, apiCode, exception, body }, null, 2)}
        </pre>
      </details>
    </>
  );
}
