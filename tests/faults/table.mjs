// docs/evidence/faults.md, made of the table that the tests hold each engine to.

import { BEFORE, CLIENT } from "./perform.mjs";
import { expectedIn, rows } from "./rows.mjs";

const ENGINES = { node: "Node", chromium: "Chromium", firefox: "Firefox" };

const INTRO = `# Faults

What a call comes to when the network, a proxy or the server misbehaves. Each line is a test: the packed package, in
Node, Chromium and Firefox, calls a server that breaks HTTP on purpose, with the stand-in server and its database behind
it (\`tests/faults/\`; \`cargo xtask test --only faults\`). This page is made of the table that the tests assert, and a
test compares the two.

- \`ok\` or the error's \`code\`, and after \`×\` how many attempts the call made, with the default of two retries. All
  errors are of the class that the code belongs to; the tests also hold their texts, \`phase\`, \`retryable\`, an upper
  bound on time, and that no timer or listener is left.
- **may be applied**: \`mayHaveBeenApplied\` is true.
- The last column is what the server's database holds afterwards: *the new data*, *as before*, or *nobody*.
- Attempts are the client's. Browsers send a request again by themselves when a connection breaks before the headers:
  Chromium up to 3 times, Firefox up to 10, POST included. No client can count these, or keep a \`create\` from them.
- Firefox shows no headers before the first byte of the body: until then a stalled answer is one without headers.
`;

const OUTRO = `
## What an engine hides

- Browsers say of every failure before the headers only that it failed: refused, DNS, TLS, redirects and CORS look
  alike. So only in Node is a \`create\` that was certainly not sent tried again.
- Node takes no answer that begins with \`100 Continue\` where nobody asked for it, and no header over 16 kB.
- Node waits for the rest of a body that it could not decompress while the connection stays open: the timeout ends that.
- \`fetch\` resolves without an error where gzip, or a body without a length, is cut short; that the JSON ends too early
  tells.
`;

/** The page. */
export function render() {
  const reasons = [];
  const lines = rows.flatMap(({ row, fault, cases }) => cases.map((one, index) => {
    const cells = Object.keys(ENGINES).map((engine) => cell(engine, one, reasons));
    const start = index === 0 ? [row, `**${fault}**`] : ["", ""];
    return `| ${[...start, `${nameOf(one)}${one.title && ` · ${one.title}`}`, ...cells, database(one)].join(" | ")} |`;
  }));
  const table = [`| # | fault | call | ${Object.values(ENGINES).join(" | ")} | database |`,
    "|--:|---|---|---|---|---|---|", ...lines];
  return [
    INTRO, table.join("\n"), "\n## What an engine cannot show\n",
      reasons.map(([number, text]) => `${number}. ${text}`).join("\n"),
    OUTRO,
  ].join("\n");
}

const nameOf = ({ calls }) => calls.map((call) => (call === "elsewhere" ? "get another" : call)).map((call) =>
  `\`${call}\``).join(", ");

function cell(engine, one, reasons) {
  const reason = one.without?.[engine];
  if (reason) {
    const known = reasons.find(([, text]) => text === reason);
    if (!known) reasons.push([reasons.length + 1, reason]);
    return `– (${known?.[0] ?? reasons.length})`;
  }
  return said(expectedIn(engine, one));
}

function said({ result, code, attempts, mayHaveBeenApplied, alreadyGone, delays, retryAfterMs, next }) {
  const waits = delays?.filter((ms) => ms > 0) ?? [];
  return [
    `${code ? [code].flat().map((it) => `\`${it}\``).join(" or ") : result} ×${[attempts].flat().join(" or ")}`,
    code && mayHaveBeenApplied && "**may be applied**",
    alreadyGone && "`alreadyGone`",
    waits.length > 0 && `waits ${waits.join(", ")} ms`,
    retryAfterMs > 0 && `\`retryAfterMs\` ${retryAfterMs}`,
    next && `the next: ${next}`,
  ].filter(Boolean).join(", ");
}

function database(one) {
  const shown = Object.keys(ENGINES).filter((engine) => !one.without?.[engine]);
  const texts = shown.map((engine) => [ENGINES[engine], held(expectedIn(engine, one).database)]);
  const same = texts.every(([, text]) => text === texts[0][1]);
  return same ? texts[0][1] : texts.map(([engine, text]) => `${engine}: ${text}`).join("; ");
}

function held(database) {
  if (Array.isArray(database)) return database.map(held).join(" or ");
  if (database === CLIENT) return "the new data";
  return database === BEFORE ? "as before" : "nobody";
}
