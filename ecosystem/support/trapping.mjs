// A trap: the calls in flight reject, the next works.

import { bytes } from "./trapped.mjs";

/** Tells `ok`, or what went wrong. `api` is the package, not used yet; `given` as in program.mjs. */
export async function trap(api, given) {
  try {
    await trapped(api, Object.fromEntries(new URLSearchParams(given)));
    return "ok";
  } catch (error) {
    return `${error.stack}\ncause: ${error.cause}`;
  }
}

async function trapped(api, { baseUrl, key, credential, id }) {
  await api.init(bytes);
  let given;
  const client = api.connect(key, credential, undefined, { baseUrl, fetch: (url, init) => {
    given = init.signal;
    return new Promise(() => {});
  } });
  const inFlight = refused(client.user(id).update({ name: "Ada" }));
  while (given === undefined) await undefined;
  const trap = await refused((async () => client.userId)());
  for (const [error, mayHaveBeenApplied] of [[trap, false], [await inFlight, true]]) {
    const { name, code, message, cause } = error;
    equal(`${name} ${code}: ${message}`, "SiteError internal: a defect of user-handle stopped the call");
    equal(cause instanceof WebAssembly.RuntimeError, true);
    equal(error.mayHaveBeenApplied, mayHaveBeenApplied);
  }
  // What it was waiting for is given up.
  equal(given.aborted, true);

  const next = api.connect(key, credential, undefined, { baseUrl }).user(id);
  equal((await next.getOrCreate({ after: "the trap" })).id, id);
  equal(typeof (await next.delete()).duration, "string");
}

async function refused(call) {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("this was accepted");
}

function equal(actual, expected) {
  if (actual !== expected) throw new Error(`${JSON.stringify(actual)} should be ${JSON.stringify(expected)}`);
}
