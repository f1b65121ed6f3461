import * as api from "./node_modules/user-handle/dist/index.js";
import * as klaim from "./node_modules/user-handle/dist/klaim.js";
import { run } from "./program.mjs";

addEventListener("message", (event) => {
  event.waitUntil(run(api, event.data, klaim).then((told) => event.source.postMessage(told)));
});
