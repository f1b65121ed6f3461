// `using` ends a client with its block: the syntax from Node 24 on, before that the symbol that it calls.
import assert from "node:assert/strict";
import { connect } from "user-handle";

const { baseUrl, key, credential } = Object.fromEntries(new URLSearchParams(process.env.MATRIX_SERVER));
let ended;
globalThis.open = () => (ended = connect(key, credential, undefined, { baseUrl }));
const hasUsing = Number(process.versions.node.split(".")[0]) >= 24;
const read = hasUsing
  ? '{ using client = open(); await client.user("using").getOrCreate({}); }'
  : '{ const client = open(); await client.user("using").getOrCreate({}); client[Symbol.dispose ?? Symbol.for("Symbol.dispose")](); }';
await import(`data:text/javascript,${encodeURIComponent(read)}`);
await assert.rejects(ended.user("using").get(), { code: "not_connected", message: "this client was disposed" });
console.log("ok");
