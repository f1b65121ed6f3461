// The settings of what the cluster is made of. Those of HAProxy are the ones that the documents show, on other ports.

import { readFileSync } from "node:fs";

/** In seconds: how long a primary may be silent before it is replaced, and between two looks of Patroni. */
export const TTL = 10;
export const LOOP_WAIT = 2;
const RETRY_TIMEOUT = 3;

/** Patroni's, for one node; `folder` is its own. JSON is YAML. */
export function patroni({ name, folder, programs, rest, port, etcd }) {
  const place = (port) => `127.0.0.1:${port}`;
  return JSON.stringify({
    scope: "users", name,
    restapi: { listen: place(rest), connect_address: place(rest) },
    // By etcd's API of version 2: with version 3, Patroni before 3.1 can go on with what it has cached after it was held up, and
    // then assigns no stand-by any more.
    etcd: { host: place(etcd) },
    bootstrap: {
      dcs: {
        ttl: TTL, loop_wait: LOOP_WAIT, retry_timeout: RETRY_TIMEOUT, synchronous_mode: true,
        postgresql: { use_pg_rewind: true, parameters: { max_connections: 100, wal_keep_size: "256MB" } },
      },
      initdb: [{ encoding: "UTF8" }, { locale: "C" }, { auth: "trust" }],
    },
    postgresql: {
      listen: place(port), connect_address: place(port), data_dir: `${folder}/data`, bin_dir: programs, pgpass: `${folder}/pgpass`,
      pg_hba: ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
      authentication: { superuser: { username: "postgres" }, replication: { username: "replicator" } },
      parameters: { unix_socket_directories: "", wal_log_hints: "on" },
    },
  }, null, 2);
}

/** The part of HAProxy's that finds the primary. */
export function findPrimary(bind, nodes) {
  return `listen database
    bind ${bind}
    mode tcp
    timeout client 1h
    timeout server 1h
    option httpchk OPTIONS /primary
    http-check expect status 200
    default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
${nodes.map(({ name, place, rest }) => `    server ${name} ${place} check port ${rest}`).join("\n")}
`;
}

/** HAProxy's, as two-servers.md has them for our servers. */
export function haproxy(ports, nodes) {
  const document = readFileSync(new URL("../../docs/two-servers.md", import.meta.url), "utf8");
  let servers = /```haproxy\n(.*?)```/s.exec(document)[1];
  const places = { " :8080": ports.web, "10.0.0.11:8000": ports.first, "10.0.0.12:8000": ports.second };
  for (const [place, port] of Object.entries(places)) {
    if (!servers.includes(place)) throw new Error(`the settings of HAProxy in two-servers.md do not have ${place}`);
    servers = servers.replace(place, ` 127.0.0.1:${port}`);
  }
  const status = `frontend status
    bind 127.0.0.1:${ports.status}
    stats enable
    stats uri /
`;
  return `${servers}\n${findPrimary(`127.0.0.1:${ports.database}`, nodes)}\n${status}`;
}

/** PgBouncer's, before HAProxy. */
export function pgbouncer(ports) {
  return `[databases]
* = host=127.0.0.1 port=${ports.database} user=users
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${ports.pooled}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 20
server_login_retry = 1
`;
}
