// Data validated and written, and nothing else. The same in Node and in a browser.
//
// The narrowest way to it through the package as it is installed: a `create` whose signal has fired goes no further. What
// one without data takes (the id, the error) is to be taken off.

import { payload } from "./payload.mjs";

const signal = AbortSignal.abort(new Error("not to be sent"));
const kept = new Map();

/** The data is made once: that is not measured. */
function dataOf(bytes) {
  if (!kept.has(bytes)) kept.set(bytes, bytes === 0 ? undefined : payload(bytes));
  return kept.get(bytes);
}

const sent = () => { throw new Error("it was sent"); };
const aborted = (error) => { if (error !== signal.reason) throw error; };

/** Validates and writes `times` times, or only writes, by `JSON.stringify`. */
export async function validate({ client }, { how, bytes, times }) {
  const data = dataOf(bytes);
  const user = client.user("ada");
  let length = 0;
  for (let done = 0; done < times; done += 1) {
    if (how === "stringify") length += JSON.stringify(data).length;
    else await user.create(data, { signal }).then(sent, aborted);
  }
  return length;
}
