// How requests fail that a test has told to.

import { describe } from "../../../src/js/values.js";
import { refused, rules } from "./module.js";

const FAILURES = ["network", "unreachable", "hang", "cut"];
const PARTS_OF_ANSWER = ["status", "headers", "body"];

/** Statuses whose answers have no body. */
const WITHOUT_BODY = [204, 205, 304];

export function checkFailure(failure) {
  if (FAILURES.includes(failure)) return failure;
  const status = failure?.status;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new TypeError(`a failure is one of ${FAILURES.join(", ")}, or has a status from 200 to 599`);
  }
  const unknown = Object.keys(failure).find((key) => !PARTS_OF_ANSWER.includes(key));
  if (unknown !== undefined) throw refused(`:${PARTS_OF_ANSWER}`, `failure.${unknown}`, "unknown", "");
  return { ...failure, headers: headersOf(failure.headers ?? {}) };
}

/** As an object: what is spread is lost of `Headers`. */
function headersOf(given) {
  try {
    return Object.fromEntries(new Headers(given));
  } catch (thrown) {
    throw refused("", "failure.headers", "headers", describe(given), [thrown]);
  }
}

/** Fails as it was told. `answer` carries the request out. */
export async function fail({ failure, applied }, answer, signal) {
  if (failure === "cut") return cutShort(answer());
  if (applied) answer();
  if (failure === "hang") return hang(signal);
  if (failure === "network") throw connectionError("fetch failed", "ECONNRESET");
  if (failure === "unreachable") throw connectionError("fetch failed", "ECONNREFUSED");
  const { status, headers, body } = failure;
  const ours = JSON.parse(rules().failure(status));
  const given = body === undefined ? ours.body : body;
  const text = given === null || typeof given === "string" ? given : JSON.stringify(given);
  return new Response(WITHOUT_BODY.includes(status) ? null : text, { status, headers: { ...ours.headers, ...headers } });
}

/** The same response, whose body breaks off. */
async function cutShort(response) {
  const broken = () => connectionError("terminated", "ECONNRESET");
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (typeof ReadableStream !== "function") {
    // As in jsdom: the body is read at once, or not at all.
    const read = async () => { throw broken(); };
    return Object.assign(new Response("", response), { arrayBuffer: read, json: read, text: read });
  }
  const body = new ReadableStream({
    pull(controller) {
      if (this.started) controller.error(broken());
      else controller.enqueue(bytes.subarray(0, bytes.length >> 1));
      this.started = true;
    },
  });
  return new Response(body, response);
}

/** In the words of Node, where alone the cause tells whether a connection was made. */
function connectionError(message, code) {
  return new TypeError(message, { cause: Object.assign(new Error(`connection: ${code}`), { code }) });
}

/** By hand: a page's own `AbortSignal`, as jsdom has it, may be without `throwIfAborted`. */
export function throwIfAborted(signal) {
  if (signal?.aborted) throw signal.reason;
}

/** Ends only by the signal. */
function hang(signal) {
  throwIfAborted(signal);
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
