// From Node 20.19 on, `import` and `require` give the same instance. Before, each copy knows the other's errors.
const assert = require("node:assert/strict");
const required = require("user-handle");

import("user-handle").then((imported) => {
  const client = required.connect("key", null);
  if (process.features.require_module) {
    for (const name of Object.keys(imported)) assert.equal(required[name], imported[name], name);
    assert.equal(imported.user("ada").constructor, client.user("ada").constructor);
  } else {
    assert.match(process.version, /^v18\./);
    assert.throws(() => client.user(""), (error) => imported.isUserHandleError(error));
  }
  console.log("ok");
});
