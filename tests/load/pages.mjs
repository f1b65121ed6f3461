// Pages of the list of users, one request at a time.

import { usage } from "./usage.mjs";

const TIMES = 50;

/** Reads each kind of page; gives the table. */
export async function pagesOf(server, users, token) {
  console.log("load: pages of the list of users");
  /** The user in the middle. */
  const middle = `u${Math.floor(users / 2)}`;

  async function page(query) {
    const address = `${server.url}/admin/users?api_key=demo-key&${new URLSearchParams(query)}`;
    const answer = await fetch(address, { headers: { Authorization: token } });
    if (answer.status !== 200) throw new Error(`a page was answered with ${answer.status}`);
    return answer.json();
  }

  /** The `next` of the page that a user is on, or where the list is at its end, if the page has nobody. */
  async function nextAfter(query) {
    for (let after; ;) {
      const { users: found, next } = await page({ ...query, limit: 1, ...(after && { after }) });
      if (found.length > 0 || !next) return next;
      after = next;
    }
  }

  const after = await nextAfter({ sort: "created_at", prefix: middle });
  const kinds = [
    ["the first by `id`, with the `total`", {}],
    ["the newest, with the `total`", { sort: "-created_at" }],
    ["one in the middle, by `created_at`", { sort: "created_at", after }],
    ["those with a `prefix`, by `id`", { prefix: middle.slice(0, 4) }],
    ["a `search` that many match", { sort: "created_at", search: "tea", after }],
    ["a `search` that nobody matches: 20 000 users looked at", { sort: "created_at", search: "nobody", after }],
  ];
  const rows = [];
  for (const [name, query] of kinds) {
    const times = [];
    const { cpu } = usage(server.pid);
    for (let each = 0; each < TIMES; each++) {
      const before = performance.now();
      await page({ limit: 100, ...query });
      times.push(performance.now() - before);
    }
    times.sort((one, other) => one - other);
    const at = (share) => `${times[Math.floor(share * TIMES)].toFixed(1)} ms`;
    const used = ((usage(server.pid).cpu - cpu) * 1e3) / TIMES;
    rows.push(`| ${name} | ${at(0.5)} | ${at(0.95)} | ${used.toFixed(1)} ms |`);
  }
  return ["| page | p50 | p95 | CPU of the server |", "|---|---|---|---|", ...rows].join("\n");
}
