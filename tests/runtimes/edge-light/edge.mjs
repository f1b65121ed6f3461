import * as api from "user-handle";
import { run } from "./program.mjs";

addEventListener("fetch", (event) => {
  event.respondWith(run(api, new URL(event.request.url).search).then((told) => new Response(told)));
});
