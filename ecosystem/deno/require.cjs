const api = require("user-handle");
const { run } = require("./program.cjs");

run(api, Deno.args[0]).then(console.log);
