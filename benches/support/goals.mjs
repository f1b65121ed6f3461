// What was set out to be reached, and what stands in the way where it is not.

import { spread, table } from "./tables.mjs";

/** By its number: what it is about, and what limits it. Shares of time are in "Where the time goes" of the report. */
const GOALS = {
  1: ["download of a page with the five operations", "the module: every rule, error text and decision about retries is in it"],
  2: [
    "install",
    "a file for each way to be imported, of two services: six of them hold a module as text, and three are modules themselves",
  ],
  3: [
    "validation and writing, against `JSON.stringify`",
    "each value is looked at, in JavaScript, and copied, where `JSON.stringify` alone stays in the engine's own code; newer " +
      "engines, Chromium's for one, have made that code much faster, and not what is around it",
  ],
  4: [
    "CPU of the client itself, against getstream",
    "what any call needs: the signal of an `AbortController`, a timer, the answer's parsing, promises and their garbage; a " +
      "`create` is above all the copy and the writing of its data. And getstream takes less than when the goal was set",
  ],
  5: [
    "CPU of a whole call in Node",
    "undici, which listens to the signal that a timeout needs, and `fetch` by hand gives none; axios uses `http`, whose " +
      "POST is cheaper than that of `fetch`",
  ],
  6: ["time of a whole call in Chromium", "the browser's network stack, which all share, and the other load of the machine"],
  7: ["a thousand `get`s at once, with gathering, calls a second", "a handle, a check and a promise for each of the thousand"],
  8: [
    "cold start in Node",
    "before the first call the module's text is decoded and compiled, and all of the package's JavaScript runs for the " +
      "first time, unoptimised",
  ],
  9: ["memory after very many calls", "memory of WebAssembly, which never shrinks"],
  10: [
    "import of 100 000 users",
    "CPU: each user is checked, written and given its place in the order of writes by itself, where getstream only writes; " +
      "and what is on its way is held as bytes, beside the copy that `fetch` makes, to be sent again where that is needed",
  ],
};

const isReached = ({ ratio, limit, isAtLeast }) => (isAtLeast ? ratio.median >= limit : ratio.median <= limit);

const verdict = (measured) => {
  if (measured.length === 0) return "not measured";
  const reached = measured.filter(isReached).length;
  return reached === measured.length ? "**reached**" : reached === 0 ? "not reached" : `${reached} of ${measured.length} reached`;
};

/** The table of the ten, then a line for each measurement that falls short. `measured` are those of all benchmarks. */
export function goalsReport(measured) {
  const of = (goal) => measured.filter((it) => it.goal === Number(goal));
  const worst = (list) => [...list].sort((one, other) => distance(other) - distance(one))[0];
  const rows = Object.entries(GOALS).map(([goal, [what]]) => {
    const list = of(goal);
    const shown = worst(list);
    const told = shown && `${shown.what}: ${spread(shown.ratio)}, ${shown.isAtLeast ? "at least" : "at most"} ${shown.limit}`;
    return [goal, what, told ?? "", verdict(list)];
  });
  const missed = Object.entries(GOALS).flatMap(([goal, [what, limit]]) => {
    const list = of(goal).filter((it) => !isReached(it));
    if (list.length === 0) return [];
    return [`**${goal}. ${what}**. What limits it: ${limit}.`, "",
      ...list.map((it) => `- ${it.what}: ${spread(it.ratio)}, wanted ${it.isAtLeast ? "at least" : "at most"} ${it.limit}`), ""];
  });
  const shortfalls = missed.length > 0 ? ["", "### What falls short, and why", "", ...missed] : [];
  return [table(["goal", "what", "the worst of its measurements", ""], rows, 4), ...shortfalls].join("\n").trimEnd();
}

/** How far from its limit, on the wrong side where it is more than 1. */
const distance = ({ ratio, limit, isAtLeast }) => (isAtLeast ? limit / ratio.median : ratio.median / limit);
