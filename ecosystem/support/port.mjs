// Ports: a free one, and one that is being opened.

import { once } from "node:events";
import { connect, createServer } from "node:net";

/** A port that nobody listens on. */
export async function freePort() {
  const probe = createServer().listen(0);
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return String(port);
}

/** Waits until the port takes connections. */
export async function listening(port) {
  for (;;) {
    const socket = connect({ port: Number(port), host: "localhost" });
    const open = await new Promise((resolve) => socket.once("connect", () => resolve(true)).once("error", () => resolve(false)));
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
