// The table of the results, and docs/evidence/cluster.md.

import { LOOP_WAIT, TTL, findPrimary } from "./settings.mjs";
import { READERS, WRITERS } from "./workload.mjs";

const seconds = (milliseconds) => `${(milliseconds / 1_000).toFixed(1)} s`;

/** Where the page shows the nodes. */
const NODES = [{ name: "a", place: "10.0.0.21:5432", rest: 8008 }, { name: "b", place: "10.0.0.22:5432", rest: 8008 }];

/** The table of these results. */
export function table(results) {
  const lines = results.map(({ fault, acknowledged, violations, database, writes, reads, errors }) => {
    const seen = [...errors].sort(([, one], [, other]) => other - one).map(([error, times]) => `${times} × ${error}`);
    const cells = [fault, acknowledged, violations.length, seconds(database), seconds(writes), seconds(reads), seen.join("; ") || "no error"];
    return `| ${cells.join(" | ")} |`;
  });
  const head = ["what happens", "writes acknowledged", "lost", "no write: the database alone", "no write", "no read", "errors that the clients saw"];
  return [`| ${head.join(" | ")} |`, `|${head.map(() => "---").join("|")}|`, ...lines].join("\n");
}

/** docs/evidence/cluster.md. */
export function page(results, { versions, goal }) {
  return `# A cluster that fails over

Made by \`cargo xtask cluster --write\`, with ${versions.join(", ")}, all on one machine with two cores that others used at the
same time. [Two servers](../two-servers.md) are behind HAProxy, and share a PostgreSQL of two nodes that Patroni watches: one takes writes, and
commits wait for the other (\`synchronous_mode\`). ${WRITERS} programs create, update and delete users, and ${READERS} read them, through the
npm package with its defaults; then something happens, and is mended. Afterwards the database is compared with what each of them was told.

${table(results)}

- **Lost**: writes that were acknowledged and are not there, and reads that gave what was no longer so.
- **No write, no read**: the longest time in which no program had one acknowledged, or answered. The database alone is a connection
  without our servers, through the same HAProxy, that tries five times a second. The goal is that the servers add ${goal / 1_000} s at most: a client
  that was told to wait does that for a second.
- **Errors**: those of calls, after the retries of the package, with the status and what the server said. \`HAProxy has no server\`: it
  takes away servers that cannot read.

Patroni replaces a primary that has been silent for ${TTL} s (\`ttl\`; its default is 30, and most of each wait is this one), and looks every
${LOOP_WAIT} s (\`loop_wait\`). In the strict mode (\`synchronous_mode_strict\`) the primary takes no write without a stand-by: the killed node has to be
back first.

## What it was set up with

HAProxy sends connections to the node whose Patroni says that it is the primary, and closes those to one that is so no more:

\`\`\`haproxy
${findPrimary(":5000", NODES)}\`\`\`

The servers' URL is \`postgres://users@localhost:5000/users?target_session_attrs=read-write\`: when HAProxy has just started it may lead to
the stand-by. Without HAProxy the URL names both nodes: \`postgres://users@10.0.0.21,10.0.0.22/users?target_session_attrs=read-write\`.

With PgBouncer set \`server_login_retry = 1\`: by default it refuses connections for 15 s after one to the old primary has failed.

Patroni before 3.1 is best given etcd's API of version 2 (\`etcd:\`, and etcd with \`--enable-v2\`), as here. With that of version 3 (\`etcd3:\`)
it can go on with what it has cached after it was held up, and then assigns no stand-by any more; commits are safe, but the next fail-over
does not happen.
`;
}
