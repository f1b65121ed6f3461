// Very many connections at once, and whether each of them is served.

import { once } from "node:events";
import { connect } from "node:net";

import { usage } from "./usage.mjs";

/** A connection; `get` gives the status of an answer, or is rejected where the connection was closed. */
async function open(url, token) {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, "connect");
  const request = (id) => `GET /api/v1.0/user/${id}/?api_key=demo-key HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${token}\r\n\r\n`;
  return {
    async get(id) {
      if (socket.destroyed) throw new Error("the server closed the connection");
      const closed = once(socket, "close").then(() => { throw new Error("the server closed the connection"); });
      socket.write(request(id));
      const [answer] = await Promise.race([once(socket, "data"), closed]);
      return Number(String(answer).split(" ")[1]);
    },
    close: () => socket.destroy(),
  };
}

/**
 * Opens so many, calls on one more, then on each of them. In how many seconds they were open, in how many milliseconds the one was
 * answered, how many others were, and the megabytes that the server had then.
 */
export async function atOnce({ url, pid }, count, token) {
  const start = performance.now();
  const connections = [];
  // Where the system drops a connection, because too many wait, it is opened a second later.
  const some = async (share) => {
    for (let each = 0; each < share; each++) connections.push(await open(url, token));
  };
  await Promise.all(Array.from({ length: 64 }, (_, share) => some(Math.floor((count + share) / 64))));
  const opened = (performance.now() - start) / 1e3;
  const before = performance.now();
  const oneMore = await open(url, token);
  const status = await oneMore.get("u0");
  const one = performance.now() - before;
  if (status !== 200) throw new Error(`with ${count} connections open, a GET was answered with ${status}`);
  let answered = 0;
  for (const connection of connections) answered += Number((await connection.get("u1").catch(() => 0)) === 200);
  const { memory } = usage(pid);
  for (const connection of [oneMore, ...connections]) connection.close();
  return { opened, one, answered, memory };
}
