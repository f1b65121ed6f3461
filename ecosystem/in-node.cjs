const api = require("user-handle");
const klaim = require("user-handle/klaim");
const { run } = require("./program.cjs");

run(api, process.env.MATRIX_SERVER, klaim).then(console.log);
