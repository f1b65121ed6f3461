// One call in full: what each attempt sent and got.

import { CopyButton } from "../copy";
import { duration } from "../text";
import { curl, inLines, type Exchange } from "./exchange";
import type { Attempt, Call } from "./log";

export function CallDetails({ call }: { call: Call }) {
  return (
    <section id="call" aria-label={`${call.operation}, in full`}>
      {call.attempts.map((attempt) => <Sent key={attempt.number} attempt={attempt} of={call.attempts.length} />)}
    </section>
  );
}

function Sent({ attempt, of }: { attempt: Attempt; of: number }) {
  const { number, exchange, from, to, status, failure } = attempt;
  const outcome = to === undefined ? "no answer yet" : `${status ?? failure} after ${duration(to - from)}`;
  return (
    <>
      <div class="toolbar">
        <h3>{of > 1 ? `Attempt ${number}: ${outcome}` : `The request: ${outcome}`}</h3>
        {exchange && <CopyButton text={curl(exchange)} label="the request for a shell">Copy as curl</CopyButton>}
      </div>
      {exchange ? <Wire exchange={exchange} /> : <p class="note">The body is too long to be shown.</p>}
    </>
  );
}

function Wire({ exchange: { method, url, headers, body, answer } }: { exchange: Exchange }) {
  return (
    <>
      <pre tabIndex={0} aria-label="What was sent, without the credential">{inLines(`${method} ${url}`, headers, body)}</pre>
      {answer && <pre tabIndex={0} aria-label="What came back">{inLines(`HTTP ${answer.status}`, answer.headers, answer.body)}</pre>}
    </>
  );
}
