// One call in full: what each attempt sent and got, and the same as a program.

import { codeFor, LANGUAGES } from "../code/code";
import { CopyButton } from "../copy";
import { session } from "../state";
import { duration, grouped } from "../text";
import { curl, inLines, type Exchange } from "./exchange";
import type { Attempt, Call } from "./log";

export function CallDetails({ call }: { call: Call }) {
  const { action } = call;
  const current = session.value;
  return (
    <section id="call" aria-label={`${call.operation}, in full`}>
      {call.attempts.map((attempt) => <Sent key={attempt.number} attempt={attempt} of={call.attempts.length} />)}
      {current && action && (
        <div class="buttons" id="call-code">
          {LANGUAGES.map((language) => (
            <CopyButton key={language} text={codeFor(language, current, action)} label={`as ${language}`}>{`Copy as ${language}`}</CopyButton>
          ))}
        </div>
      )}
    </section>
  );
}

function Sent({ attempt, of }: { attempt: Attempt; of: number }) {
  const { number, exchange, from, to, status, failure } = attempt;
  const outcome = to === undefined ? "no answer yet" : `${status ?? failure} after ${duration(to - from)}`;
  const requestId = exchange?.answer?.headers.find(([name]) => name === "x-request-id")?.[1];
  return (
    <>
      <div class="toolbar">
        <h3>{of > 1 ? `Attempt ${number}: ${outcome}` : `The request: ${outcome}`}</h3>
        {exchange && exchange.notKept === undefined && <CopyButton text={curl(exchange)} label="as curl">Copy as curl</CopyButton>}
      </div>
      {requestId && <p class="note">Request id <code>{requestId}</code></p>}
      {exchange && <Wire exchange={exchange} />}
    </>
  );
}

function Wire({ exchange: { method, url, headers, body, notKept, answer } }: { exchange: Exchange }) {
  return (
    <>
      <pre tabIndex={0} aria-label="What was sent, without the credential">
        {inLines(`${method} ${url}`, headers, notKept === undefined ? body : `(${grouped(notKept)} bytes, too long to be shown)`)}
      </pre>
      {answer && <pre tabIndex={0} aria-label="What came back">{inLines(`HTTP ${answer.status}`, answer.headers, answer.body)}</pre>}
    </>
  );
}
