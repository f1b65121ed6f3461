// Markdown of what was measured.

import { short } from "./chart.mjs";
import { column, ratio, summary } from "./stats.mjs";

const line = (cells) => `| ${cells.join(" | ")} |`;

/** The first column is words, the others are numbers, unless `words` says how many are words. */
export const table = (head, rows, words = 1) =>
  [line(head), line(head.map((_, at) => (at < words ? "---" : "--:"))), ...rows.map(line)].join("\n");

/** `0.12 (0.11–0.14)`: the median and the quartiles; of what was not measured in rounds, the one number. */
export const spread = ({ median, low, high }) =>
  low === high ? String(Number(median.toPrecision(3))) : `${short(median)} (${short(low)}–${short(high)})`;

/** What was measured of several contestants, in turns: a cell for `key` of each, and of ours against each peer. */
export function compared(measured, key, names) {
  const peers = names.filter((name) => name !== "ours");
  const ratios = Object.fromEntries(peers.map((peer) => [peer, ratio(column(measured.ours, key), column(measured[peer], key))]));
  const medians = names.map((name) => summary(column(measured[name], key)).median);
  return { ratios, medians };
}

/** A chart of ratios to a peer, at the dashed line: `rows` are of labels and summaries. */
export const ratioChart = (name, title, rows, peer) => ({
  name, title, note: `ratio to ${peer} (1, the dashed line); less is better`, rule: 1,
  bars: rows.map(([label, found]) => ({ label, value: found.median, ...found })),
});

/** A chart with a bar for each contestant: `groups` are of labels, if any, and, by contestant, what was measured in each round. */
export const contestantChart = (name, title, unit, groups) => ({
  name, title, note: `${unit}; less is better`,
  bars: groups.flatMap(([label, measured]) => Object.entries(measured).map(([contestant, values]) => {
    const found = summary(values);
    const who = NAMES[contestant].replaceAll("`", "");
    return { label: label ? `${label}: ${who}` : who, value: found.median, ...found, isPeer: contestant !== "ours" };
  })),
});

/** What a contestant is called. */
export const NAMES = {
  ours: "user-handle", getstream: "getstream", ky: "ky", ofetch: "ofetch", timed: "`fetch` with a timeout", raw: "bare `fetch`",
};

/** All of them, ours first. */
export const CONTESTANTS = Object.keys(NAMES);
export const PEERS = CONTESTANTS.slice(1);
