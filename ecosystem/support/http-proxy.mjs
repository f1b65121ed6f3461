// An HTTP proxy as companies have one: it takes whole URLs, and makes tunnels.

import { once } from "node:events";
import { createServer, request } from "node:http";
import { connect } from "node:net";

/** Starts one on a free port. `used()` says how many requests and tunnels there were. */
export async function startHttpProxy() {
  let used = 0;
  const sockets = new Set();
  const server = createServer((incoming, answer) => {
    used += 1;
    const { url, method, headers } = incoming;
    incoming.pipe(request(url, { method, headers }, (found) => {
      answer.writeHead(found.statusCode, found.headers);
      found.pipe(answer);
    }));
  });
  server.on("connect", ({ url }, socket, head) => {
    used += 1;
    const { hostname, port } = new URL(`http://${url}`);
    const onward = connect(Number(port || 80), hostname, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const [one, other] of [[socket, onward], [onward, socket]]) {
      sockets.add(one);
      one.on("error", () => {}).on("close", () => other.destroy());
    }
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  return {
    url: `http://localhost:${server.address().port}`,
    used: () => used,
    stop() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
