import * as api from "user-handle/server";
import * as klaim from "user-handle/klaim";
import { run } from "./program.mjs";

export default {
  fetch: async (request) => new Response(await run(api, new URL(request.url).search, klaim)),
};
