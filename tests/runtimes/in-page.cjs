const api = require("user-handle");
const { run } = require("./program.cjs");

run(api, location.search).then((told) => {
  document.documentElement.dataset.told = told;
});
