// The calls as a table, each with its attempts and waits on one scale.

import { lazy } from "../lazy";
import { counted, duration } from "../text";
import { calls, endOf, points, waited, type Call } from "./log";

const Latency = lazy(() => import("./latency").then(({ Latency }) => Latency));

export function CallLog() {
  const shown = calls.value;
  const scale = Math.max(1, ...shown.map(endOf));
  return (
    <section class="card" aria-labelledby="calls-title">
      <h2 id="calls-title">Calls</h2>
      {shown.length === 0 && <p class="note">Each request shows here, with its attempts and waits.</p>}
      {points.value.length > 0 && <Latency />}
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
            <tbody>{shown.map((call) => <Row key={call.key} call={call} scale={scale} />)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ call, scale }: { call: Call; scale: number }) {
  const tries = call.attempts.length;
  const result = call.attempts.at(-1);
  const bad = call.isOver && !((result?.status ?? 500) < 400);
  const wait = waited(call);
  const told = call.isOver ? (result?.status ?? result?.failure ?? "") : "…";
  return (
    <tr>
      <td class="request"><b>{call.method}</b> <span>{call.path}</span></td>
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
