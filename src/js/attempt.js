// One attempt, and a question to the token provider. What they end with is an array that begins with a number of timeout.js.

import {
  BODY, BROKEN, CAPS_TEXTS, FOR_SERVERS, HEADERS, INSECURE, JSON_BODY, LOST, NO_BODY, NO_TOKEN, REFUSED, TEXT, TIMED_OUT, TOKEN, TOO_LONG,
  UNSENT, aborted, park, quietly, withTimeout,
} from "./timeout.js";
import { describe, rememberStatusText } from "./values.js";

/** Asks the token provider. */
export function askForToken(provider, reason, ms, signal) {
  const promise = park(ms, signal);
  const ask = async () => {
    const token = await provider(reason);
    if (typeof token === "string") return [TOKEN, 0, token];
    throw new TypeError(`the token provider gave ${describe(token)}`);
  };
  ask().catch((cause) => (isControlFlow(cause) ? aborted(cause) : [NO_TOKEN, 0, cause])).then(promise.settle);
  return promise;
}

/**
 * What a framework steers by, such as a redirect of Next.js or React Router, is not for the caller of fetch to catch. Where nobody
 * has used `Response` yet, Node loads its parser of HTTP when that is named, which is WebAssembly.
 */
const isControlFlow = (thrown) =>
  FOR_SERVERS && quietly(() => typeof thrown.digest === "string" || /Response]/.test(Object.prototype.toString.call(thrown))) === true;

/** What every request has in this engine. */
const OPTIONS = {
  credentials: "omit",
  referrerPolicy: "no-referrer",
  // workerd has no `error`, and before its compatibility date of 2024-11-11 no `cache`; and it caches none of these.
  ...(FOR_SERVERS && globalThis.navigator?.userAgent === "Cloudflare-Workers"
    ? { redirect: "manual" }
    : { redirect: "error", cache: "no-store" }),
};

export class Attempt {
  #controller = new AbortController();
  #phase = HEADERS;
  #maxBytes;
  #discardsList;
  #sent;
  // Then nothing that fails was sent. Node and its like do not say.
  #isOffline = globalThis.navigator?.onLine === false;

  constructor(ms, maxBytes, discardsList, signal) {
    this.#maxBytes = maxBytes;
    if (FOR_SERVERS) this.#discardsList = discardsList;
    this.promise = withTimeout(ms, signal, () => [TIMED_OUT, this.#phase], () => this.#controller.abort());
  }

  /** What the request has of headers and options, whatever it asks: `more` headers are the caller's. */
  init(url, own, more, authorization, hasBody) {
    this.#sent = [url, authorization, more];
    // What is ours comes first: V8 takes a microsecond to add a property to an object that began as a copy.
    const headers = hasBody
      ? { authorization, "content-type": "application/json", ...own, ...more }
      : { authorization, ...own, ...more };
    if (!authorization) delete headers.authorization;
    return { headers, signal: this.#controller.signal, ...OPTIONS };
  }

  /** Calls a `fetch` of the caller's. */
  call(fetch, url, init) {
    return this.follow((async () => fetch(url, init))());
  }

  /** Goes on with what `fetch` gave. */
  follow(given) {
    this.#answer(given).then(this.promise.settle, (cause) => this.fail(cause));
    return this.promise;
  }

  /** Ends with what `fetch` threw. */
  fail(cause) {
    if (isControlFlow(cause)) {
      this.promise.stop(aborted(cause));
      return this.promise;
    }
    const kind = this.#phase === HEADERS && ((FOR_SERVERS && diagnosis(cause)) || (this.#isOffline && UNSENT));
    this.promise.settle([kind || LOST, this.#phase, scrub(cause, ...this.#sent)]);
    this.#controller.abort();
    return this.promise;
  }

  async #answer(given) {
    const response = await given;
    // A stand-in for fetch may give anything, and `Response.error()` in place of throwing.
    if (!(response?.text || response?.body)) throw new TypeError("fetch gave no Response");
    const { status, headers } = response;
    if (status === 0) throw new TypeError("fetch gave a network error");
    const answer = (kind, body) => [kind, Number.isInteger(status) ? status : 0, headers, body];
    if (!response.ok) rememberStatusText(headers, response.statusText);
    this.#phase = BODY;
    const discardsList = FOR_SERVERS && this.#discardsList && status < 300;
    const read = await textOf(response, headers, this.#maxBytes, discardsList);
    if (read === undefined) return answer(TOO_LONG);
    // A refusal may repeat the token.
    const text = response.ok ? read : hide(secretsOf(...this.#sent), read);
    if (text === "") return answer(NO_BODY);
    try {
      return answer(JSON_BODY, JSON.parse(text));
    } catch {
      return answer(TEXT, text);
    }
  }
}

/** Node, Deno and Bun say what went wrong, in the error or in a cause of it; browsers never do. */
function diagnosis(cause) {
  return quietly(() => {
    let error = cause;
    for (let depth = 0; depth < 8 && typeof error === "object" && error !== null; depth++) {
      const { code = "", syscall = "", message = "" } = error;
      // No connection was made: what failed is its first step, or a proxy that refused it.
      if (/^(connect|getaddrinfo)$/.test(syscall) || UNSENT_CODES.test(code) || UNSENT_TEXTS.test(message)) return UNSENT;
      if (/^(EPROTO|ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) return INSECURE;
      if (/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(code)) return BROKEN;
      // `fetch` itself refused, and would refuse again.
      if (/redirect|bad port|unknown scheme|gave no Response/.test(message)) return REFUSED;
      error = error.cause ?? error.errors?.[0];
    }
    return false;
  });
}

const UNSENT_CODES =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused|FailedToOpenSocket)$/;
const UNSENT_TEXTS = /HTTP Tunneling|client error \(Connect\)|dns error/;

/**
 * The body's text, or undefined where it is longer than the cap; of one whose list is discarded, what its ends say.
 * What resolved may still be cut short: its JSON tells.
 */
async function textOf(response, headers, maxBytes, discardsList) {
  const length = promisedLength(response, headers);
  const stream = !(FOR_SERVERS && discardsList) && length <= maxBytes ? undefined : response.body;
  // React Native has no body to read from; a stand-in may have one of another kind.
  if (typeof stream?.getReader !== "function") {
    if (CAPS_TEXTS && length > maxBytes) return undefined;
    const text = await response.text();
    if (typeof text !== "string") throw new TypeError("the response's text is not a string");
    return CAPS_TEXTS && text.length > maxBytes ? undefined : text;
  }
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const pieces = [];
  let text = "";
  let left = maxBytes;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return FOR_SERVERS && discardsList ? summary(pieces) : text + decoder.decode();
    left -= value.byteLength;
    if (!(left >= 0)) {
      reader.cancel().then(undefined, () => {});
      return undefined;
    }
    if (FOR_SERVERS && discardsList) pieces.push(value);
    else text += decoder.decode(value, { stream: true });
  }
}

/** Where the answer to a batch begins and ends as the service writes it, its list in short: it may be long. Else all of it. */
function summary(pieces) {
  const decoder = new TextDecoder();
  const part = (piece, ...range) => (ArrayBuffer.isView(piece) ? new TextDecoder().decode(piece.subarray(...range)) : "");
  const isUsual = /^\{"created_users":\s?\[/.test(part(pieces[0], 0, 64)) &&
    /\],\s?"duration":\s?"[^"]*"\}\s*$/.test(part(pieces.at(-1), -64));
  if (isUsual) return '{"created_users":[]}';
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
}

/**
 * The body's length, where the headers promise one: it is that of what is sent, so it must not be compressed, and across origins
 * a browser does not show whether it is.
 */
function promisedLength(response, headers) {
  return quietly(() =>
    response.type !== "cors" && headers.get("content-encoding") == null ? parseInt(headers.get("content-length")) : NaN);
}

// Deno and Bun write the URL of a failed request into the error, and the URL holds the API key; wrappers and mocks write its headers.
/**
 * `cause`; or, where it or what it holds has a secret or may have one, a copy without. It is not changed itself: what it leads to
 * may be the application's own.
 */
function scrub(cause, ...sent) {
  const secrets = secretsOf(...sent);
  const copies = new Map();
  let isClean = true;
  const hidden = (text) => {
    const kept = hide(secrets, text);
    isClean &&= kept === text;
    return kept;
  };
  const copy = (value, depth) => {
    if (typeof value === "string") return hidden(value);
    if (Object(value) !== value) return value;
    if (copies.has(value)) return copies.get(value);
    const isError = value instanceof Error;
    const isArray = Array.isArray(value);
    // Into what else there is, such as `Headers`, a map or a function, nobody can look for sure.
    if (depth > 8 || copies.size > 1_000 || !(isError || isArray || isPlain(value))) {
      isClean = false;
      return Object.prototype.toString.call(value);
    }
    const copied = isError ? Object.setPrototypeOf(new Error(), Object.getPrototypeOf(value)) : isArray ? [] : {};
    copies.set(value, copied);
    for (const key of new Set([...Reflect.ownKeys(value), ...(isError ? ["message", "stack"] : [])])) {
      if ((isArray && key === "length") || hidden(String(key)) !== String(key)) continue;
      const { enumerable = false } = Object.getOwnPropertyDescriptor(value, key) ?? {};
      Object.defineProperty(copied, key, { value: copy(value[key], depth + 1), enumerable, writable: true, configurable: true });
    }
    return copied;
  };
  try {
    const copied = copy(cause, 0);
    return isClean ? cause : copied;
  } catch {
    return new Error("what fetch threw could not be read");
  }
}

/** Characters that a secret has at least: shorter values of headers are words. */
const MIN_SECRET = 8;

/** What of a request nobody is to see: its query, its authorization without the scheme, and headers of the caller's. */
const secretsOf = (url, authorization, headers) =>
  [url.split("?")[1], authorization?.split(" ").pop(), ...Object.values(headers ?? {})].filter((value) => value?.length >= MIN_SECRET);

const hide = (secrets, text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, ""), text);

const isPlain = (value) => [Object.prototype, null].includes(Object.getPrototypeOf(value));
