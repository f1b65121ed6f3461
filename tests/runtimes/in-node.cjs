const api = require("user-handle");
const { run } = require("./program.cjs");

run(api, process.env.MATRIX_SERVER).then(console.log);
