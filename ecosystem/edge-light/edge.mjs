import * as api from "user-handle";
import * as klaim from "user-handle/klaim";
import { run } from "./program.mjs";

addEventListener("fetch", (event) => {
  event.respondWith(run(api, new URL(event.request.url).search, klaim).then((told) => new Response(told)));
});
