// What happens to the cluster, row by row. `act` does it, and ends when it is mended. `strict`: whether the primary takes no
// write without a stand-by. `through`: how the servers find the primary, where that is not HAProxy.

import { until } from "./processes.mjs";

/** Ends a node as a machine that loses its power does, and starts it again when the other one is the primary. */
async function loseThePrimary(cluster) {
  const old = await cluster.primary();
  await old.program.kill();
  await until("the other node is the primary", async () => (await cluster.primary()) === cluster.other(old));
  old.program.start();
}

/** The same with the stand-by, which comes back when `isOver` is true. */
async function loseTheStandby(cluster, isOver) {
  const standby = cluster.other(await cluster.primary());
  await standby.program.kill();
  await until("it makes no difference any more, or the clients notice", isOver);
  standby.program.start();
}

/** Ends a program and starts it again. */
async function restart(program) {
  await program.kill();
  program.start();
}

export const rows = [
  { fault: "HAProxy is killed and started again", act: ({ haproxy }) => restart(haproxy) },
  { fault: "one of the two servers is killed, and started again when the other has all requests", async act(cluster) {
    const [server] = cluster.servers;
    await server.kill();
    await until("HAProxy passes it over", async () => (await cluster.webServers()).first === "DOWN");
    server.start();
  } },
  { fault: "the stand-by is killed, not strict", act: (cluster) =>
    loseTheStandby(cluster, async () => (await cluster.sql("postgres", "SHOW synchronous_standby_names", 2_000)).trim() === "") },
  { fault: "a planned switchover", async act(cluster) {
    const old = await cluster.primary();
    const next = cluster.other(old);
    await old.tell("POST", "switchover", { leader: old.name, candidate: next.name });
    await until("the other node is the primary", async () => (await cluster.primary()) === next);
  } },
  { fault: "the primary is killed (`kill -9`), not strict", act: loseThePrimary },
  { fault: "the primary hangs (`SIGSTOP`), and goes on when the other has taken over; the URL names both", through: "hosts", async act(cluster) {
    const old = await cluster.primary();
    old.program.signalAll("SIGSTOP");
    await until("the other node is the primary", async () => (await cluster.primary()) === cluster.other(old));
    old.program.signalAll("SIGCONT");
  } },
  { fault: "PgBouncer in between is killed and started again", through: "PgBouncer", act: ({ pgbouncer }) => restart(pgbouncer) },
  { fault: "the primary is killed (`kill -9`), not strict, with PgBouncer in between", through: "PgBouncer", act: loseThePrimary },
  { fault: "the primary is killed (`kill -9`), strict", strict: true, act: loseThePrimary },
  { fault: "the stand-by is killed, and started again when a client has an error, strict", strict: true, act: (cluster, workload) => loseTheStandby(cluster, () => workload.isTold) },
  { fault: "etcd is killed, and started again when the primary has given up", strict: true, async act(cluster) {
    await cluster.etcd.kill();
    await until("there is no primary", async () => !(await cluster.primary()));
    cluster.etcd.start();
  } },
];
