// The sizes of what a page downloads and of what an install puts on disk. They are exact, so each is measured once.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";

import { bundlers, download } from "../tests/support/download.mjs";
import { project } from "../tests/support/package.mjs";
import { table } from "./support/tables.mjs";

const require = createRequire(import.meta.url);

/** The same page on `fetch` alone: no checks, no retries, no timeouts. */
const BY_HAND = `
  const call = async (method, path, body) => {
    const response = await fetch("https://api.stream-io-api.com/api/v1.0/" + path + "api_key=key", {
      method, body: body && JSON.stringify(body),
      headers: { authorization: document.body.dataset.token, "stream-auth-type": "jwt", "content-type": "application/json" },
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail);
    return answer;
  };
  const data = { name: "Ada" };
  const calls = {
    create: () => call("POST", "user/?", { id: "ada", data }),
    getOrCreate: () => call("POST", "user/?get_or_create=true&", { id: "ada", data }),
    get: () => call("GET", "user/ada/?"), update: () => call("PUT", "user/ada/?", { data }), delete: () => call("DELETE", "user/ada/?"),
  };
  document.onclick = ({ target }) => calls[target.id]?.().then((user) => { document.title = JSON.stringify(user.data); });
`;

/** The folders of a package and of all that it depends on, directly or not, found as Node finds them. */
function closure(name, from, found = new Set()) {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, "node_modules", name);
    const manifest = read(join(place, "package.json"));
    if (manifest) {
      if (!found.has(place)) {
        found.add(place);
        for (const dependency of Object.keys(manifest.dependencies ?? {})) closure(dependency, place, found);
      }
      return found;
    }
    if (folder === dirname(folder)) throw new Error(`${name} is not installed`);
  }
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file));
  } catch {
    return undefined;
  }
}

/** The sizes of a package's files in bytes, without those of the packages in its `node_modules`. */
function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : files(path);
    return [readFileSync(path).length];
  });
}

function installed(name, from) {
  const folders = [...closure(name, from)];
  const sizes = folders.flatMap(files);
  return { packages: folders.length, files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, " ");
const exact = (value) => ({ median: value, low: value, high: value });

export const title = "Download and install";

export async function run() {
  const rows = [], bars = [], goals = [];
  for (const bundler of Object.keys(bundlers)) {
    const ours = await download(bundler, "user-handle");
    const theirs = await download(bundler, "getstream");
    const byHand = await download(bundler, "by-hand", BY_HAND);
    const share = ours.brotli / theirs.brotli;
    rows.push([`page built by ${bundler}, brotli 11`, ...[ours, theirs, byHand].map(({ brotli }) => grouped(brotli)), share.toFixed(3)]);
    rows.push([`the same, minified only`, ...[ours, theirs, byHand].map(({ raw }) => grouped(raw)), (ours.raw / theirs.raw).toFixed(3)]);
    bars.push({ label: `${bundler}: user-handle`, value: ours.brotli / 1_000 });
    bars.push({ label: `${bundler}: getstream`, value: theirs.brotli / 1_000, isPeer: true });
    bars.push({ label: `${bundler}: by hand, without checks`, value: byHand.brotli / 1_000, isPeer: true });
    goals.push({ goal: 1, what: `page built by ${bundler}`, ratio: exact(share), limit: 0.55 });
    goals.push({ goal: 1, what: `page built by ${bundler}, in kB`, ratio: exact(ours.brotli / 1_000), limit: 21 });
  }
  const ours = installed("user-handle", project);
  const theirs = installed("getstream", dirname(require.resolve("getstream/package.json")));
  const share = ours.bytes / theirs.bytes;
  rows.push(["installed, bytes", grouped(ours.bytes), grouped(theirs.bytes), "0", share.toFixed(3)]);
  rows.push(["installed, packages", ours.packages, theirs.packages, "0", ""]);
  rows.push(["installed, files", ours.files, theirs.files, "0", ""]);
  goals.push({ goal: 2, what: "bytes", ratio: exact(share), limit: 0.02 });
  goals.push({ goal: 2, what: "packages", ratio: exact(ours.packages), limit: 1 });
  return {
    about: "Bytes: these are exact. The page has a client and its five operations, everything included.",
    tables: [table(["", "user-handle", "getstream", "`fetch` by hand", "against getstream"], rows)],
    charts: [{ name: "download", title: "What a page downloads", note: "kB of brotli 11; the dashed line is the budget, 21 kB", bars, rule: 21 }],
    goals,
  };
}
