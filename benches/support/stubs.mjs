// Transports that send nothing: at once, the small record of the user who is asked for, in a `Response` that has to be read.
// The same in Node and in a browser.

import { payload, record } from "./payload.mjs";

const [before, after] = JSON.stringify({ ...record("|", payload(100)), duration: "1.00ms" }).split("|");

/** The user of a URL, or of the body of a request that creates one; nobody asks a `Request` for its own. */
const idIn = (url, body) => (/user\/([^/?]+)\//.exec(url) ?? /"id":"([^"]+)"/.exec(body) ?? [])[1];

const encoder = new TextEncoder();

/** What the answers are made as: a body whose length is in the headers, or one that comes as a stream of unknown length. */
const ANSWERS = {
  "with length": (bytes) =>
    new Response(bytes, { headers: { "content-type": "application/json", "content-length": String(bytes.length) } }),
  chunked: (bytes) => new Response(streamOf(bytes), { headers: { "content-type": "application/json" } }),
};

/** A stream of bytes, as that of a response which came over the network. */
const streamOf = (bytes) => new ReadableStream({
  type: "bytes",
  pull(controller) {
    controller.enqueue(bytes);
    controller.close();
    controller.byobRequest?.respond(0);
  },
});

/** In place of the global `fetch`. */
export function stubFetch(kind) {
  globalThis.fetch = async (input, init) =>
    ANSWERS[kind](encoder.encode(before + idIn(input.url ?? input, init?.body) + after));
}

/** In place of the adapter of getstream's axios, which uses XMLHttpRequest or `http`: it reads a `Response` of the same kind. */
export function stubAxios(client) {
  client.request.defaults.adapter = async (config) => {
    const response = await fetch(config.url, { method: config.method, body: config.data });
    const { status, statusText, headers } = response;
    return { data: await response.text(), status, statusText, headers, config, request: {} };
  };
}
