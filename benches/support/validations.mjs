// Data validated and written, and nothing else. The same in Node and in a browser.
//
// The narrowest way to it through the package as it is installed: a batch is put together of members that are checked and
// written one by one, and whose signal has fired goes no further. What a batch without data takes (ids, the error) is to
// be taken off.

import { payload } from "./payload.mjs";

const MEMBERS = 50;
const signal = AbortSignal.abort(new Error("not to be sent"));
const kept = new Map();

/** The data is made once: neither is measured. */
function batchOf(bytes) {
  if (!kept.has(bytes)) {
    const data = bytes === 0 ? undefined : payload(bytes);
    kept.set(bytes, { data, users: Array.from({ length: MEMBERS }, (_, number) => ({ id: `user-${number}`, data })) });
  }
  return kept.get(bytes);
}

/** Validates and writes `times` times, or only writes, by `JSON.stringify`. */
export async function validate({ client }, { how, bytes, times }) {
  const { data, users } = batchOf(bytes);
  let length = 0;
  for (let done = 0; done < times; done += MEMBERS) {
    if (how === "stringify") {
      for (let member = 0; member < MEMBERS; member += 1) length += JSON.stringify(data).length;
    } else {
      await client.addUsers(users, false, { signal }).then(() => { throw new Error("it was sent"); }, () => {});
    }
  }
  return length;
}
