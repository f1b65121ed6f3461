import * as api from "./node_modules/user-handle/dist/index.js";
import { run } from "./program.mjs";

addEventListener("message", (event) => {
  event.waitUntil(run(api, event.data).then((told) => event.source.postMessage(told)));
});
