// Makes calls whose transport answers at once, and handles that nobody frees: what is held after each part.

import { collectGarbage, watchInstances } from "../../tests/support/memory.mjs";
import { getstream, makeCalls, ours } from "../support/clients.mjs";
import { payload } from "../support/payload.mjs";
import { answerWith } from "../support/processes.mjs";
import { stubAxios, stubFetch } from "../support/stubs.mjs";

const { contestant, entry } = JSON.parse(process.argv[2]);
const base = "http://127.0.0.1:8099";

stubFetch("with length");
const started = [];
watchInstances(started);
const made = contestant === "ours" ? ours(await import(entry), base) : getstream((await import("getstream")).default, base);
if (contestant === "getstream") stubAxios(made.client);
const data = payload(2_000);
const handles = [];
const held = async () => {
  await collectGarbage();
  return { linear: started[0]?.memory.buffer.byteLength ?? 0, heap: process.memoryUsage().heapUsed };
};

made.client.user("ada");
answerWith(await held(), async ({ calls, kept }) => {
  await makeCalls(made, { operation: "create", data, calls: calls / 2, concurrency: 16 });
  await makeCalls(made, { operation: "get", calls: calls / 2, concurrency: 16 });
  for (let number = 0; number < kept; number += 1) handles.push(made.client.user(`user-${number}`));
  return held();
});
