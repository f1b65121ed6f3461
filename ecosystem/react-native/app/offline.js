// In Hermes itself, whose shell has no network: a `fetch` of our own answers as the service does.

import "./shell.js";
import "./globals.js";
import { connect, StreamApiError, ValidationError } from "user-handle";

const TOKEN = "e30.eyJ1c2VyX2lkIjoiYWRhIn0.e30";
const stored = new Map();

async function answer(url, { method, body }) {
  const { id = /user\/([^/?]*)/.exec(url)[1], data } = body ? JSON.parse(body) : {};
  const reply = (status, value) => new Response(JSON.stringify(value), { status });
  const isNew = !stored.has(id);
  if (method === "POST" && !isNew && !/get_or_create=true/.test(url)) return reply(409, { code: 22, detail: "it exists", exception: "ConflictException", status_code: 409 });
  if (method !== "POST" && isNew && method !== "PUT") return reply(404, { code: 16, detail: "it does not exist", exception: "DoesNotExistException", status_code: 404 });
  if (method === "DELETE") return stored.delete(id), reply(200, { duration: "1ms" });
  if (isNew || method === "PUT") stored.set(id, data ?? {});
  return reply(isNew ? 201 : 200, { id, data: stored.get(id), created_at: "2026-01-01", updated_at: "2026-01-01", duration: "1ms" });
}

async function failure(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("this was accepted");
}

function equal(actual, expected) {
  if (actual !== expected) throw new Error(`${actual} should be ${expected}`);
}

async function run() {
  const client = connect("key", TOKEN, undefined, { fetch: answer });
  const user = client.user("ada");
  await user.create({ name: "Ada", tags: ["é", "😀"], age: 36.5 });
  equal(JSON.stringify(user.data), '{"name":"Ada","tags":["é","😀"],"age":36.5}');
  const conflict = await failure(() => user.create());
  equal(`${conflict instanceof StreamApiError} ${conflict.code} ${conflict.status}`, "true conflict 409");
  equal((await client.user("ada").getOrCreate({ name: "Eve" })).data.name, "Ada");
  equal((await client.user("ada").get()).full.id, "ada");
  equal((await user.update({ born: 1815 })).data.born, 1815);
  await user.delete();
  equal((await failure(() => user.get())).code, "not_found");
  equal((await failure(() => user.update({ text: "\ud800" }))).message, "data.text is a string with half of a surrogate pair, which JSON cannot hold");
  const refusal = await failure(() => client.user("../x"));
  equal(`${refusal instanceof ValidationError} ${refusal.message}`, 'true id may only hold letters, digits, - and _, but has "." at position 0');
  equal(client.userId, "ada");
}

run().then(() => print("ok"), (error) => print(`${error.stack}`));
