import * as api from "user-handle";
import { run } from "../../program.mjs";

export async function GET(request) {
  return new Response(await run(api, new URL(request.url).search));
}
