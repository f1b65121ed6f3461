const api = require("user-handle");
const klaim = require("user-handle/klaim");
const { run } = require("./program.cjs");

export default {
  fetch: async (request) => new Response(await run(api, new URL(request.url).search, klaim)),
};
