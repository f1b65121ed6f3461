// One attempt, and one wait: each ends once, with what came, when its time is up, or when the caller's signal fires.

// What they end with: the arguments of `given` in fetch.rs.
const NOTHING = 0, JSON_BODY = 1, TEXT = 2, NO_BODY = 3, TOO_LONG = 4, LOST = 5, UNSENT = 6, ELAPSED = 7, ABORTED = 8;
const INSECURE = 11, REFUSED = 12, BROKEN = 13;
const HEADERS = 1, BODY = 2;

// SERVER is a constant of the package's builds; in the Rust face there is none.
const isNode = typeof SERVER === "undefined" || SERVER;

/** A signal is the caller's: whatever it does, the call goes on. */
function quietly(run) {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/**
 * A promise with two functions: `end` says what it ends with, and `stop` gives up, by `giveUp`, what would have ended it.
 */
export function race(ms, signal, late, giveUp) {
  let end;
  const stop = (result) => {
    end(result);
    giveUp?.();
  };
  const ended = new Promise((resolve) => {
    const onAbort = () => stop([ABORTED, 0, quietly(() => signal.reason)]);
    const timer = setTimeout(() => stop(late()), ms);
    end = (result) => {
      resolve(result);
      clearTimeout(timer);
      if (signal) quietly(() => signal.removeEventListener("abort", onAbort));
    };
    if (signal) {
      quietly(() => signal.addEventListener("abort", onAbort));
      if (quietly(() => signal.aborted)) onAbort();
    }
  });
  return Object.assign(ended, { end, stop });
}

export const pause = (ms, signal) => race(ms, signal, () => [NOTHING]);

export class Exchange {
  #phase = HEADERS;
  #maxBytes;
  #query;
  // Then nothing that fails was sent. Node and its like do not say.
  #isOffline = globalThis.navigator?.onLine === false;

  constructor(url, method, body, token, agent, ms, maxBytes, signal) {
    this.controller = new AbortController();
    this.#maxBytes = maxBytes;
    this.#query = url.slice(url.indexOf("?") + 1);
    const headers = { "stream-auth-type": "jwt", "x-stream-client": agent };
    if (token) headers.authorization = token;
    if (body) headers["content-type"] = "application/json";
    this.init = { method, body, headers, signal: this.controller.signal, ...common() };
    this.race = race(ms, signal, () => [ELAPSED, this.#phase], () => this.controller.abort());
  }

  /** Calls a stand-in for `fetch`. */
  call(fetch, url) {
    return this.follow((async () => fetch(url, this.init))());
  }

  follow(given) {
    this.#answer(given).then(this.race.end, (cause) => this.fail(cause));
    return this.race;
  }

  fail(cause) {
    const kind = this.#phase === HEADERS && ((isNode && diagnosis(cause)) || (this.#isOffline && UNSENT));
    this.race.end([kind || LOST, this.#phase, scrub(cause, this.#query)]);
    this.controller.abort();
    return this.race;
  }

  async #answer(given) {
    const response = await given;
    const { status, headers } = response;
    const answer = (kind, body) => [kind, Number.isInteger(status) ? status : 0, headers, body];
    this.#phase = BODY;
    const isTerse = isNode && this.#maxBytes < 0 && status < 300;
    const text = await read(response, headers, isNode ? Math.abs(this.#maxBytes) : this.#maxBytes, isTerse);
    if (text === undefined) return answer(TOO_LONG);
    if (text === "") return answer(NO_BODY);
    try {
      return answer(JSON_BODY, JSON.parse(text));
    } catch {
      return answer(TEXT, text);
    }
  }
}

/** Gives up a race of which nobody waits for the end. */
export const abandon = (race) => race.stop([NOTHING]);

function common() {
  return {
    credentials: "omit",
    referrerPolicy: "no-referrer",
    // workerd has no `error`, and before its compatibility date of 2024-11-11 no `cache`; and it caches none of these.
    ...(isNode && globalThis.navigator?.userAgent === "Cloudflare-Workers"
      ? { redirect: "manual" }
      : { redirect: "error", cache: "no-store" }),
  };
}

/** Node says in the cause what went wrong; browsers never do. */
function diagnosis(cause) {
  return quietly(() => {
    const { code } = cause.cause;
    // `fetch` itself refused, a redirect for one, and would refuse again.
    if (code === undefined) return REFUSED;
    if (/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/.test(code)) return UNSENT;
    if (/^(EPROTO|ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) return INSECURE;
    return /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(code) && BROKEN;
  });
}

/**
 * The body's text, or undefined where it is longer than the cap; of a terse one, which nobody reads, what its ends say.
 * What resolved may still be cut short: its JSON tells.
 */
async function read(response, headers, maxBytes, isTerse) {
  const stream = !(isNode && isTerse) && isSurelyShort(response, headers, maxBytes) ? undefined : response.body;
  // A stand-in may have no body to read from, or one of another kind.
  if (typeof stream?.getReader !== "function") {
    const text = await response.text();
    if (typeof text !== "string") throw new TypeError("the response's text is not a string");
    return text;
  }
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const pieces = [];
  let text = "";
  let left = maxBytes;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return isNode && isTerse ? summary(pieces) : text + decoder.decode();
    left -= value.byteLength;
    if (!(left >= 0)) {
      reader.cancel().then(undefined, () => {});
      return undefined;
    }
    if (isNode && isTerse) pieces.push(value);
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
 * Whether the headers promise a body under the cap: its length is that of what is sent, so it must not be compressed, and
 * across origins a browser does not show whether it is.
 */
function isSurelyShort(response, headers, maxBytes) {
  return quietly(() =>
    response.type !== "cors" && headers.get("content-encoding") == null &&
    parseInt(headers.get("content-length")) <= maxBytes);
}

// Deno and Bun write the URL of a failed request into the error, and the URL holds the API key.
/** `cause` without `query`, wherever it or a cause of it holds that. */
function scrub(cause, query) {
  try {
    let error = cause;
    for (let depth = 0; depth < 8 && typeof error === "object" && error !== null; depth++) {
      for (const key of Reflect.ownKeys(error)) {
        const text = error[key];
        if (typeof text !== "string" || !text.includes(query)) continue;
        Object.defineProperty(error, key, { value: text.replaceAll(query, ""), writable: true, configurable: true });
      }
      error = error.cause;
    }
    return cause;
  } catch {
    return new Error("what fetch failed with could not be read");
  }
}
