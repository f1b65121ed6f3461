// The app of docs/guides/nextjs.md, built and started: its page, its server action, its token endpoint, and what is in the HTML for
// the hooks.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { connect } from "user-handle";

const { freePort } = await import(pathToFileURL(join(process.env.MATRIX, "port.mjs")));
const { baseUrl, key, credential, id } = Object.fromEntries(new URLSearchParams(process.env.MATRIX_SERVER));
const env = {
  ...process.env, STREAM_KEY: key, STREAM_SECRET: credential, STREAM_BASE_URL: baseUrl, SIGNED_IN: id,
  NEXT_PUBLIC_STREAM_KEY: key, NEXT_PUBLIC_STREAM_BASE_URL: baseUrl,
};
const next = join("node_modules", ".bin", "next");
execFileSync(next, ["build"], { env, stdio: ["ignore", 2, 2] });

const port = await freePort();
const origin = `http://localhost:${port}`;
const server = spawn(next, ["start", "--port", port], { env, detached: true, stdio: ["ignore", 2, 2] });
process.on("exit", () => process.kill(-server.pid, "SIGKILL"));
while (!(await fetch(`${origin}/token`).then(({ ok }) => ok, () => false))) await sleep(50);

const html = async (path, form) => (await fetch(`${origin}${path}`, form && { method: "POST", headers: { origin }, body: form })).text();
const unescaped = (text) => text.replaceAll("&quot;", '"').replaceAll("&amp;", "&");

/** Sends the page's form as a browser without JavaScript does, and gives the page that comes back. */
async function save(name) {
  const form = new FormData();
  for (const [tag] of (await html("/")).matchAll(/<input type="hidden"[^>]*>/g)) {
    form.set(/name="([^"]*)"/.exec(tag)[1], unescaped(/value="([^"]*)"/.exec(tag)?.[1] ?? ""));
  }
  form.set("name", name);
  return html("/", form);
}

const client = connect(key, credential, undefined, { baseUrl });
await client.user(id).delete().catch(() => {});
assert.match(await html("/"), /value="New here"/);
assert.match(await save("Countess"), /value="Countess"/);
assert.deepEqual((await client.user(id).get()).data, { name: "Countess" });
assert.match(await save("a".repeat(20_000)), /<p role="alert">data is \d+ bytes of JSON, at most \d+ are allowed<\/p>/);

assert.match(await html("/live"), /<h1>Countess<\/h1>/);
const token = await (await fetch(`${origin}/token`)).text();
assert.equal((await connect(key, token, undefined, { baseUrl }).setUser()).data.name, "Countess");
console.log("ok");
process.exit(0);
