// One contestant in Node: makes calls when it is asked to, and says what they took.
//
// With `stub`, nothing is sent: what would send, `fetch` or axios's adapter, gives the same small answer at once.

import { importApi } from "../support/apis.mjs";
import { contestants, makeCalls } from "../support/clients.mjs";
import { payload } from "../support/payload.mjs";
import { answerWith, metered } from "../support/processes.mjs";
import { stubAxios, stubFetch } from "../support/stubs.mjs";

const { contestant, base, stub, entry, options } = JSON.parse(process.argv[2]);

if (stub) stubFetch(stub);
const client = contestants[contestant](await importApi(contestant, entry), base, options);
if (stub && contestant === "getstream") stubAxios(client.client);

answerWith({ ready: true }, async ({ operation, bytes, calls, concurrency }) => {
  const data = bytes && payload(bytes);
  const { cpu, wall } = await metered(() => makeCalls(client, { operation, data, calls, concurrency }));
  return { cpu: cpu / calls, wall: wall / calls };
});
