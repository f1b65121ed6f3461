// Switches for the faults of the stand-in server, so that one sees calls being tried again.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { readFaults, switchFaults, type Faults } from "./fault-service";
import { calls, type Attempt } from "./log";
import { counted, grouped, sentence } from "../text";

const KINDS: readonly [string, string][] = [
  ["503", "503, too busy"],
  ["500", "500, failed"],
  ["429", "429, too many"],
  ["reset", "connection breaks"],
  ["truncate", "half an answer"],
  ["slow", "a second late"],
  ["stall", "no answer"],
];

export function FaultSwitches() {
  const faults = useSignal<Faults | undefined>(undefined);
  const problem = useSignal("");
  const since = useSignal(performance.now());

  useEffect(() => {
    void readFaults().then((found) => (faults.value = found));
  }, []);

  // One switch after the other, in the order of the clicks; what is shown is what was clicked last.
  const switched = useRef(Promise.resolve());

  function change(part: Partial<Faults>) {
    if (!faults.value) return;
    const wanted = (faults.value = { ...faults.value, ...part });
    switched.current = switched.current.then(async () => {
      try {
        await switchFaults(wanted);
        since.value = performance.now();
        problem.value = "";
      } catch (error) {
        faults.value = await readFaults();
        problem.value = sentence((error as Error).message);
      }
    });
  }

  const now = faults.value;
  // Only the stand-in server of the demo has them.
  if (now === undefined) return null;
  const toggled = (kind: string) => (now.kinds.includes(kind) ? now.kinds.filter((each) => each !== kind) : [...now.kinds, kind]);
  return (
    <section class="card" aria-labelledby="faults-title" id="faults">
      <h2 id="faults-title">Faults</h2>
      <label class="field">
        <span>Requests that fail on purpose: <output>{Math.round(now.rate * 100)}&nbsp;%</output></span>
        <input type="range" min="0" max="100" step="5" value={now.rate * 100}
          onChange={(event) => change({ rate: Number(event.currentTarget.value) / 100 })} />
      </label>
      <fieldset class="checks">
        <legend>In these ways</legend>
        {KINDS.map(([kind, label]) => (
          <label key={kind}>
            <input type="checkbox" name={kind} checked={now.kinds.includes(kind)}
              // The last one stays: a rate of nothing is how to turn them off.
              disabled={now.kinds.length === 1 && now.kinds.includes(kind)}
              onChange={() => change({ kinds: toggled(kind) })} />
            {label}
          </label>
        ))}
      </fieldset>
      <p class="note" id="faults-note">{happened(calls.value.filter(({ begin }) => begin >= since.value).flatMap(({ attempts }) => attempts))}</p>
      <p class="problem" role="alert">{problem}</p>
    </section>
  );
}

/** What became of the attempts since the last change; nothing to say before the first. */
function happened(attempts: readonly Attempt[]): string {
  if (attempts.length === 0) return "";
  const failed = attempts.filter(({ status = 0, failure }) => failure !== undefined || status >= 500 || status === 429).length;
  return `Since the last change: ${grouped(failed)} of ${counted(attempts.length, "attempt")} failed.`;
}
