const api = require("user-handle");
const klaim = require("user-handle/klaim");
const { run } = require("./program.cjs");

run(api, location.search, klaim).then((told) => {
  document.documentElement.dataset.told = told;
});
