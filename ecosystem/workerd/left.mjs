// A client of the module, and handlers that answer before their calls have ended: workerd drops what these have begun, timers
// included. The calls of later requests go on.

import { connect } from "user-handle";

/** The attempt that is dropped could take half a second. A call that waited for the deadline of another would miss its own. */
const LIMITS = { timeout: 500, deadline: 20_000, retries: 0 };
const CALLS = {
  create: (user) => user.getOrCreate(),
  read: (user) => user.get(),
  write: (user) => user.update({ name: "Ada" }),
};

/** Whether the service and the token provider are silent. */
let isSilent = false;
let clients;

function connected({ baseUrl, key, credential, id }) {
  const silent = () => new Promise(() => {});
  const options = { baseUrl, fetch: (...request) => (isSilent ? silent() : fetch(...request)), ...LIMITS };
  const server = connect(key, credential, undefined, options);
  const provider = async () => (isSilent ? silent() : server.createUserToken(id));
  const gathering = connect(key, credential, undefined, { ...options, gather: true });
  return { server, gathering, provider: connect(key, provider, undefined, options) };
}

/** `/left/CLIENT/CALL` begins a call that nothing answers, and `/CLIENT/CALL` makes one that is answered. */
export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const given = Object.fromEntries(searchParams);
    clients ??= connected(given);
    const [call, client, left] = pathname.split("/").reverse();
    isSilent = left === "left";
    try {
      const answer = CALLS[call](clients[client].user(given.id));
      if (isSilent) answer.catch(() => {});
      else await answer;
      return new Response("ok");
    } catch (error) {
      return new Response(`${error.code}: ${error.message}`);
    }
  },
};
