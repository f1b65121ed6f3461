// The requests of an SDK, sent as they stand in its file of facts, and its rules for answers.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { text } from "node:stream/consumers";

import { check } from "./check.mjs";

/**
 * The facts about an SDK, from its source: `language`, `sdk`, `version`, `source`; the `headers` of its requests and the
 * `bodyHeaders` of those with a body; the `tokenHeader` of what it signs; the first and the last status that is a `success`, where
 * it is not the `status` of each call; the fields of an `error`, and `errorHeaders`, that it reads; the patterns of texts that
 * it `parses`; and its `calls`, each with what it is called there.
 */
export const factsOf = (name) => JSON.parse(readFileSync(new URL(`requests/${name}.json`, import.meta.url), "utf8"));

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A token as the SDK signs it. */
export function sign(header, claims, secret) {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

/** Sends a call of `facts` to the server at `url`, and checks the answer by what the SDK takes and reads. */
export async function replay(facts, call, { url, key, secret }) {
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const authorization = sign(facts.tokenHeader, call.claims, call.operation === "wrongSecret" ? `${secret}, not` : secret);
  const headers = { ...facts.headers, ...(body && facts.bodyHeaders), Authorization: authorization };
  if (body) headers["Content-Length"] = Buffer.byteLength(body);
  const query = new URLSearchParams({ ...call.query, api_key: key });
  const { hostname, port } = new URL(url);
  // As it stands: `fetch` would change what is in the path.
  const path = `/api/v1.0/${call.path}?${query}`;
  const outgoing = request({ hostname, port, path, method: call.method, headers });
  outgoing.end(body);
  const [response] = await once(outgoing, "response");
  const { statusCode: status } = response;
  const answer = JSON.parse(await text(response));
  if (status > 299) {
    for (const [name, type] of Object.entries(facts.error)) assert.equal(typeOf(answer[name]), type, name);
    for (const name of facts.errorHeaders ?? []) assert.match(response.headers[name], /^\d+$/, name);
    assert.equal(answer.status_code, status);
    check(call.operation, { error: { ...answer, status } });
    return;
  }
  const [from, to] = facts.success ?? [call.status, call.status];
  assert.ok(from <= status && status <= to, `${facts.sdk} takes ${from} to ${to} here, and not ${status}`);
  check(call.operation, { answer }, facts.parses);
}

const typeOf = (value) => (Number.isInteger(value) ? "integer" : typeof value);
