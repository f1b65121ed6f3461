// A server that breaks HTTP on purpose, one fault a request, in front of the real one. Raw sockets: what it sends is no
// HTTP that a library would write.
//
// A run is one case of rows.mjs. Its name is the first segment of its URLs, and its script says what becomes of each
// attempt; `attempt`, which perform.mjs puts into the query, tells them apart, because browsers send a request again by
// themselves. A member of a script is "serve", or:
//   forward   how often the real server is given the request before the fault (default 0)
//   crash     the real server is killed once it has the request ("during"), or has answered ("after")
//   head, status, headers, lines, version, cors   what is sent instead of the real head; `lines` as they stand
//   body      text, or { repeat, times } or { bytes }; else the body of the real server
//   gzip, of  the body compressed; then only this share of it
//   length    "right", "none", "chunked" or a number; reckoned before `part`
//   before, after   raw text around the answer
//   nothing, headPart, part   no answer; only this share of the head, or of the body
//   told      the end waits until the client has seen the headers
//   drip      milliseconds between the bytes of the body
//   end       "keep" (default), "fin", "reset"
// or a list of those: one for each time that the browser sends the attempt.

import { once } from "node:events";
import { request as upstreamRequest } from "node:http";
import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { gzipSync } from "node:zlib";

const CORS = [
  "access-control-allow-origin: *",
  "access-control-allow-headers: content-type, authorization, x-stream-client, stream-auth-type",
  "access-control-allow-methods: GET, POST, PUT, DELETE",
  "access-control-expose-headers: X-Ratelimit-Limit, X-Ratelimit-Remaining, X-Ratelimit-Reset, Retry-After, Date, " +
    "x-should-retry",
];
const OWN_HEADERS = /^(content-length|transfer-encoding|connection|keep-alive)$/;

/** Starts it. `real` is the server behind: its `url`, and `crash()` that kills it and starts it anew. */
export async function startFaultServer(real) {
  const runs = new Map();
  const sockets = new Set();
  const listeners = [];

  const listen = async (onSocket, create = createServer) => {
    const listener = create(onSocket);
    listener.on("connection", (socket) => {
      sockets.add(socket.on("close", () => sockets.delete(socket)).on("error", () => {}));
    });
    // A handshake that fails is the point.
    listener.on("tlsClientError", () => {});
    listeners.push(listener.listen(0, "127.0.0.1"));
    await once(listener, "listening");
    return listener.address().port;
  };
  const [port, otherPort, plaintext, silent, handshake, refused] = await Promise.all([
    listen(converse),
    listen(converse),
    listen((socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"))),
    listen((socket) => socket.resume()),
    // Without a certificate it refuses every handshake.
    listen(() => {}, (onSocket) => createTlsServer({}, onSocket)),
    listen(() => {}),
  ]);
  await new Promise((resolve) => listeners.find((one) => one.address().port === refused).close(resolve));
  const url = `http://127.0.0.1:${port}`;
  const other = `http://127.0.0.1:${otherPort}`;

  /** Reads the requests of a connection, one after the other. */
  async function converse(socket) {
    let read = Buffer.alloc(0);
    try {
      for await (const chunk of socket) {
        read = Buffer.concat([read, chunk]);
        for (let end; (end = read.indexOf("\r\n\r\n")) >= 0; ) {
          const [first, ...lines] = read.subarray(0, end).toString("latin1").split("\r\n");
          const headers = Object.fromEntries(lines.map((line) => /^([^:]+): *(.*)$/.exec(line).slice(1)).map(
            ([name, value]) => [name.toLowerCase(), value]));
          const whole = end + 4 + Number(headers["content-length"] ?? 0);
          if (read.length < whole) break;
          const [method, target] = first.split(" ");
          const request = { method, headers, url: new URL(target, url), body: read.subarray(end + 4, whole) };
          read = read.subarray(whole);
          await answer(socket, request);
        }
      }
    } catch (error) {
      if (!/ECONNRESET|EPIPE|ERR_STREAM/.test(error.code)) throw error;
    }
  }

  async function answer(socket, request) {
    const [, name, ...path] = request.url.pathname.split("/");
    const attempt = Number(request.url.searchParams.get("attempt"));
    const run = runs.get(name);
    // A call that has ended may leave a request behind.
    if (!run) return void socket.destroy();
    const plain = (lines = []) => send(socket, head(204, [...CORS, ...lines]));
    // Where redirects lead: to themselves, for whoever follows them.
    if (path[0] === "redirected") {
      run.redirected += 1;
      return send(socket, head(302, [...CORS, `location: ${request.url.pathname}`, "content-length: 0"]));
    }
    if (request.method === "OPTIONS") return run.preflight === "refused" ? send(socket,
      head(403, ["content-length: 0"])) : plain();
    if (path[0] === "told") return void (run.told(attempt).tell(), await plain());
    if (path[0] === "arrived") return void (await run.arrived(attempt).asked, await plain());

    const hit = run.hits.filter((earlier) => earlier.attempt === attempt).length;
    run.hits.push({ attempt, path: `/${path.join("/")}` });
    const entry = run.script[Math.min(attempt, run.script.length) - 1];
    const fault = Array.isArray(entry) ? entry[Math.min(hit, entry.length - 1)] : entry;
    const work = perform(socket, request, path, run, attempt, fault === "serve" ? { forward: 1 } : fault);
    run.work.add(work);
    await work.finally(() => run.work.delete(work));
  }

  async function perform(socket, request, path, run, attempt, fault) {
    let given = {};
    for (let times = fault.crash ? 1 : (fault.forward ?? 0); times > 0; times -= 1) {
      given = await forward(request, path, fault.crash);
    }
    run.arrived(attempt).tell();
    if (fault.nothing || given.lost) return end(socket, fault);

    let body = bytes(fault.body, path) ?? given.body ?? Buffer.alloc(0);
    if (fault.gzip) body = gzipSync(body);
    body = body.subarray(0, Math.ceil(body.length * (fault.of ?? 1)));
    const hidden = ([key]) => fault.cors !== false || !key.startsWith("access-control-");
    const headers = Object.entries({ ...given.headers, ...fault.headers }).filter(hidden).map(([key, value]) => {
      return `${key}: ${value.replace("{origin}", url).replace("{other}", other).replace("{run}", run.name)}`;
    });
    const lengths = { none: [], chunked: ["transfer-encoding: chunked"], right: [`content-length: ${body.length}`] };
    const lines = [...headers, ...(fault.lines ?? []),
      ...(lengths[fault.length ?? "right"] ?? [`content-length: ${fault.length}`])];
    if (fault.gzip) lines.push("content-encoding: gzip");
    if (fault.cors !== false && !given.headers) lines.push(...CORS);
    const whole = (fault.before ?? "") + (fault.head ?? head(fault.status ?? given.status ?? 200, lines,
      fault.version));
    await send(socket, whole.slice(0, Math.ceil(whole.length * (fault.headPart ?? 1))));
    if (fault.headPart === undefined) {
      const part = body.subarray(0, Math.ceil(body.length * (fault.part ?? 1)));
      if (fault.drip) await drip(socket, part, fault.drip);
      else if (fault.length === "chunked") {
        const last = fault.part === undefined ? "0\r\n\r\n" : "";
        await send(socket, Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part,
          Buffer.from(`\r\n${last}`)]));
      } else await send(socket, part);
      await send(socket, fault.after ?? "");
    }
    // Not before there is a part of the body: Firefox shows no headers without one.
    if (fault.told) await run.told(attempt).asked;
    return end(socket, fault);
  }

  /** Gives the request to the real server, and its answer back. */
  function forward({ method, headers, url: { searchParams }, body }, path, crash) {
    const query = new URLSearchParams(searchParams);
    query.delete("attempt");
    return new Promise((resolve) => {
      let crashed;
      const lose = async () => {
        crashed ??= crash ? real.crash() : undefined;
        await crashed;
        resolve({ lost: true });
      };
      const sent = upstreamRequest(`${real.url}/${path.join("/")}?${query}`, { method, headers, agent: false });
      sent.on("error", lose);
      sent.on("response", async (response) => {
        const chunks = await response.toArray().catch(() => []);
        if (crash) return lose();
        const kept = Object.entries(response.headers).filter(([name]) => !OWN_HEADERS.test(name));
        resolve({ status: response.statusCode, headers: Object.fromEntries(kept), body: Buffer.concat(chunks) });
      });
      sent.end(body, () => crash === "during" && lose());
    });
  }

  return {
    url,
    /** Where nobody listens, and where TLS fails in three ways. */
    places: {
      refused: `http://127.0.0.1:${refused}/api/`,
      plaintext: `https://127.0.0.1:${plaintext}/api/`,
      handshake: `https://127.0.0.1:${handshake}/api/`,
      silent: `https://127.0.0.1:${silent}/api/`,
    },
    start(name, script, preflight) {
      const [told, arrived] = [new Map(), new Map()];
      const gate = (gates) => (attempt) => {
        if (!gates.has(attempt)) {
          let tell;
          gates.set(attempt, { asked: new Promise((resolve) => (tell = resolve)), tell });
        }
        return gates.get(attempt);
      };
      const giveUp = () => told.forEach(({ tell }) => tell());
      runs.set(name, { name, script, preflight, hits: [], redirected: 0, told: gate(told), arrived: gate(arrived),
        giveUp,
        work: new Set() });
    },
    /** Once the attempt has come as far as its fault. */
    arrived: (name, attempt) => runs.get(name).arrived(attempt).asked,
    /** What a run has come to, once the real server has done what was given to it. */
    async finish(name) {
      const run = runs.get(name);
      run.giveUp();
      await Promise.all(run.work);
      runs.delete(name);
      return { hits: run.hits, redirected: run.redirected };
    },
    async stop() {
      sockets.forEach((socket) => socket.destroy());
      await Promise.all(listeners.filter((one) => one.listening).map((one) =>
        new Promise((resolve) => one.close(resolve))));
    },
  };
}

const head = (status, lines, version = "1.1") => [`HTTP/${version} ${status} Fault`, ...lines, "", ""].join("\r\n");

/** A body, with the user of the path in place of `{id}`. */
function bytes(body, path) {
  if (body === undefined) return undefined;
  if (body.times) return Buffer.alloc(body.times, body.repeat);
  const text = Buffer.from(body.bytes ?? body).toString("latin1");
  return Buffer.from(text.replace("{id}", path[path.indexOf("user") + 1] ?? ""), "latin1");
}

/** Sends, and is done when it is on its way or cannot be. */
function send(socket, data) {
  if (data.length === 0 || socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once("close", resolve);
    socket.write(data, () => (socket.off("close", resolve), resolve()));
  });
}

function drip(socket, data, ms) {
  return new Promise((resolve) => {
    let at = 0;
    const timer = setInterval(() => {
      if (!socket.destroyed && at < data.length) return void socket.write(data.subarray(at, (at += 1)));
      clearInterval(timer);
      resolve();
    }, ms);
  });
}

function end(socket, fault) {
  if (fault.end === "reset") socket.resetAndDestroy();
  if (fault.end === "fin") socket.end();
}
