// The calls as a table, each with its attempts and waits on one scale.

import { lazy } from "../lazy";
import { counted, duration } from "../text";
import { CallDetails } from "./call-details";
import { calls, chosen, clear, endOf, points, waited, type Call } from "./log";

/** Fewer say nothing of how long answers take. */
const MIN_POINTS = 5;

const Latency = lazy(() => import("./latency").then(({ Latency }) => Latency));

export function CallLog() {
  const shown = calls.value;
  const open = shown.find(({ id }) => id === chosen.value);
  const scale = Math.max(1, ...shown.map(endOf));
  return (
    <section class="card" aria-labelledby="calls-title">
      <div class="toolbar">
        <h2 id="calls-title">Calls</h2>
        {shown.length > 0 && <button type="button" id="clear-calls" class="copy" onClick={clear}>Clear</button>}
      </div>
      {shown.length === 0 && <p class="note">Each request shows here, with its attempts and waits.</p>}
      {points.value.length >= MIN_POINTS && <Latency />}
      {shown.length > 0 && (
        // A region that scrolls is reached by keyboard.
        <div class="scroll" role="region" tabIndex={0} aria-label="Table of calls">
          <table id="calls">
            <thead>
              <tr>
                <th scope="col">Request</th>
                <th scope="col">Answer</th>
                <th scope="col">Took</th>
                <th scope="col" class="bars-head">Attempts and waits</th>
              </tr>
            </thead>
            <tbody>{shown.map((call) => <Row key={call.id} call={call} scale={scale} />)}</tbody>
          </table>
        </div>
      )}
      {open && <CallDetails call={open} />}
    </section>
  );
}

function Row({ call, scale }: { call: Call; scale: number }) {
  const isOpen = chosen.value === call.id;
  const tries = call.attempts.length;
  const result = call.attempts.at(-1);
  const bad = call.isOver && !((result?.status ?? 500) < 400);
  const wait = waited(call);
  const told = call.isOver ? (result?.status ?? result?.failure ?? "") : "…";
  return (
    <tr>
      <td class="request">
        <button type="button" class="link" aria-expanded={isOpen} aria-controls="call" onClick={() => (chosen.value = isOpen ? undefined : call.id)}>
          <b>{call.method}</b> <span>{call.path}</span>
        </button>
      </td>
      <td class={bad ? "bad" : "good"}>{told}</td>
      <td class="number">{call.isOver ? duration(endOf(call)) : ""}</td>
      <td class="bars">
        <Bars call={call} scale={scale} />
        <span class={tries > 1 ? "note" : "hidden"}>
          {counted(tries, "attempt")}{tries > 1 && `: ${call.attempts.map(({ status, failure }) => status ?? failure ?? "…").join(", ")}; waited ${duration(wait)}`}
        </span>
      </td>
    </tr>
  );
}

/** Drawn, and said beside it in words. */
function Bars({ call, scale }: { call: Call; scale: number }) {
  const percent = (ms: number) => (100 * ms) / scale;
  return (
    <svg class="waterfall" aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none">
      {call.attempts.map(({ number, from, to = from, status }, i) => {
        const before = call.attempts[i - 1]?.to;
        const tone = status === undefined ? "lost" : status < 400 ? "ok" : "refused";
        return (
          <g key={number}>
            {before !== undefined && <rect class="wait" x={percent(before)} y={3.5} width={percent(from - before)} height={1} />}
            <rect class={tone} x={Math.min(99, percent(from))} y={0} width={Math.max(1, percent(to - from))} height={8} />
          </g>
        );
      })}
    </svg>
  );
}
