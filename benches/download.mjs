// The sizes of what a page downloads and of what an install puts on disk. They are exact, so each is measured once.

import { BYTES, GOAL, SHARE } from "../tests/support/budget.mjs";
import { bundlers, download } from "../tests/support/download.mjs";
import { project } from "../tests/support/package.mjs";
import { installed } from "./support/installed.mjs";
import { aliases, folderOf, versionOf } from "./support/packages.mjs";
import { programs } from "./support/programs.mjs";
import { CONTESTANTS, NAMES, PEERS, table } from "./support/tables.mjs";

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, " ");
const exact = (value) => ({ median: value, low: value, high: value });

export const title = "Download and install";

/** The page of each contestant, built and compressed. */
async function sizes(bundler) {
  const found = {};
  for (const name of CONTESTANTS) found[name] = await download(bundler, name === "ours" ? "user-handle" : name, programs[name], aliases);
  return found;
}

const inKB = (bytes) => bytes / 1_000;

export async function run() {
  const rows = [], bars = [], goals = [];
  for (const bundler of Object.keys(bundlers)) {
    const found = await sizes(bundler);
    for (const [what, key] of [[`page built by ${bundler}, brotli 11`, "brotli"], ["the same, minified only", "raw"]]) {
      const share = (found.ours[key] / found.getstream[key]).toFixed(3);
      rows.push([what, ...CONTESTANTS.map((name) => grouped(found[name][key])), share]);
    }
    for (const name of CONTESTANTS) {
      const label = `${bundler}: ${NAMES[name].replaceAll("`", "")}`;
      bars.push({ label, value: inKB(found[name].brotli), isPeer: name !== "ours" });
    }
    const share = exact(found.ours.brotli / found.getstream.brotli);
    goals.push({ goal: "download", what: `page built by ${bundler}`, ratio: share, limit: GOAL });
    goals.push({ goal: "budget", what: `page built by ${bundler}, share of getstream's`, ratio: share, limit: SHARE });
    goals.push({ goal: "budget", what: `page built by ${bundler}, kB`, ratio: exact(inKB(found.ours.brotli)), limit: inKB(BYTES) });
  }
  const none = { packages: 0, files: 0, bytes: 0 };
  const installs = { timed: none, raw: none, ours: installed("user-handle", project) };
  for (const name of PEERS.filter((it) => !(it in installs))) installs[name] = installed(name, folderOf(name));
  for (const key of ["bytes", "packages", "files"]) {
    const share = key === "bytes" ? (installs.ours[key] / installs.getstream[key]).toFixed(3) : "";
    rows.push([`installed, ${key}`, ...CONTESTANTS.map((name) => grouped(installs[name][key])), share]);
  }
  goals.push({ goal: "install", what: "bytes", ratio: exact(installs.ours.bytes / installs.getstream.bytes), limit: 0.02 });
  goals.push({ goal: "install", what: "packages", ratio: exact(installs.ours.packages), limit: 1 });
  return {
    about: "Bytes: these are exact. The page has a client and its five operations, everything included; those of `fetch`, ky and " +
      "ofetch check nothing before they send. In all benchmarks the peers are " +
      `${["getstream", "ky", "ofetch"].map((name) => `${name} ${versionOf(name)}`).join(", ")}.`,
    tables: [table(["", ...CONTESTANTS.map((name) => NAMES[name]), "against getstream"], rows)],
    charts: [
      {
        name: "download", title: "What a page downloads", bars, rule: inKB(BYTES),
        note: `kB of brotli 11; the dashed line is the budget, ${inKB(BYTES)} kB`,
      },
    ],
    goals,
  };
}
