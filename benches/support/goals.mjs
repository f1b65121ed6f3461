// What was set out to be reached, and what stands in the way where it is not.

import { spread, table } from "./tables.mjs";

/** By its name: what it is about, and what limits it. Shares of time are in "Where the time goes" of the report. */
const GOALS = {
  "own-ofetch": [
    "CPU of the client itself, get and small create, against ofetch",
    "what ofetch does not have: checks, the order of writes, events, a deadline, and errors that say what happened",
  ],
  "own-ky": ["the same, against ky", "what any call needs: the signal of an `AbortController`, a timer, the reading of the answer, promises"],
  "own-getstream": [
    "the same, against getstream",
    "what any call needs: the signal of an `AbortController`, a timer, the reading of the answer, promises",
  ],
  "long": [
    "create of 9.9 kB, against `fetch` with a timeout",
    "each value is looked at, in JavaScript, where `JSON.stringify` alone stays in the engine's own code",
  ],
  "node-timed": ["CPU of a whole call in Node, against `fetch` with a timeout", "what the client itself costs, and undici is the same"],
  "node-ofetch": ["the same, against ofetch", "what the client itself costs, and undici is the same"],
  "chromium-timed": [
    "time of a whole call in Chromium, against `fetch` with a timeout",
    "the browser's network stack, which all share, and the other load of the machine",
  ],
  "slow-getstream": ["first call of a page on a slow network, against getstream", "the size of the download"],
  "slow-ky": ["the same, against ky", "the size of the download"],
  "first-call": [
    "first call in Node, against `fetch` by hand",
    "before the first call the module's text is decoded and compiled, and all of the package's JavaScript runs for the " +
      "first time, unoptimised",
  ],
  "load": ["load in Node, against getstream", "the module's text is decoded and compiled"],
  "import-speed": [
    "import of 100 000 users, against getstream",
    "CPU: each user is checked, written and given its place in the order of writes by itself, where getstream only writes",
  ],
  "import-memory": [
    "its peak memory",
    "what is on its way is held as bytes, beside the copy that `fetch` makes, to be sent again where that is needed",
  ],
  "gather": ["a thousand `get`s at once, with gathering, calls a second", "a handle, a check and a promise for each of the thousand"],
  "download": [
    "download of a page with the five operations, against getstream", "the module: every rule, error text and decision about retries is in it",
  ],
  "budget": ["the same, against the budget that the tests hold", "the module: every rule, error text and decision about retries is in it"],
  "install": [
    "install, against getstream",
    "a file for each way to be imported, of two services: six of them hold a module as text, and three are modules themselves",
  ],
  "validation": [
    "validation and writing, against `JSON.stringify`",
    "each value is looked at, in JavaScript, and copied, where `JSON.stringify` alone stays in the engine's own code; newer " +
      "engines, Chromium's for one, have made that code much faster, and not what is around it",
  ],
  "memory": ["memory after very many calls", "memory of WebAssembly, which never shrinks"],
};

const isReached = ({ ratio, limit, isAtLeast }) => (isAtLeast ? ratio.median >= limit : ratio.median <= limit);

const verdict = (measured) => {
  if (measured.length === 0) return "not measured";
  const reached = measured.filter(isReached).length;
  return reached === measured.length ? "**reached**" : reached === 0 ? "not reached" : `${reached} of ${measured.length} reached`;
};

/** How far from its limit, on the wrong side where it is more than 1. */
const distance = ({ ratio, limit, isAtLeast }) => (isAtLeast ? limit / ratio.median : ratio.median / limit);

const wanted = ({ limit, isAtLeast }) => `${isAtLeast ? "at least" : "at most"} ${limit}`;

/** A table of all goals, then a line for each measurement that falls short. `measured` are those of all benchmarks. */
export function goalsReport(measured) {
  const unknown = measured.find(({ goal }) => !(goal in GOALS));
  if (unknown) throw new Error(`there is no goal ${unknown.goal}`);
  const of = (goal) => measured.filter((it) => it.goal === goal);
  const rows = Object.entries(GOALS).map(([goal, [what]]) => {
    const list = of(goal);
    const [worst] = [...list].sort((one, other) => distance(other) - distance(one));
    return [what, ...(worst ? [wanted(worst), spread(worst.ratio), worst.what] : ["", "", ""]), verdict(list)];
  });
  const missed = Object.entries(GOALS).flatMap(([goal, [what, limit]]) => {
    const list = of(goal).filter((it) => !isReached(it));
    if (list.length === 0) return [];
    return [`**${what}**. What limits it: ${limit}.`, "", ...list.map((it) => `- ${it.what}: ${spread(it.ratio)}, wanted ${wanted(it)}`), ""];
  });
  const shortfalls = missed.length > 0 ? ["", "### What falls short, and why", "", ...missed] : [];
  return [table(["goal", "", "the worst measured", "at", ""], rows, 5), ...shortfalls].join("\n").trimEnd();
}
