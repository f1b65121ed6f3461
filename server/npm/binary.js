// Which file is the server: the one that a variable names, or that of the package for this platform.

"use strict";

const { existsSync, statSync } = require("node:fs");

const { optionalDependencies } = require("./package.json");

/** The path of the server's binary; an error says what to do where there is none. */
function binary() {
  const named = process.env.USER_HANDLE_SERVER;
  if (named) {
    if (existsSync(named) && statSync(named).isFile()) return named;
    throw new Error(`the variable USER_HANDLE_SERVER names ${named}, which is not a file`);
  }
  const name = `user-handle-server-${process.platform}-${process.arch}`;
  if (!(name in optionalDependencies)) {
    throw new Error(
      `user-handle-server has no binary for ${process.platform} ${process.arch}: run \`cargo install user-handle-server\`, and ` +
        "name the program that it installs in the variable USER_HANDLE_SERVER",
    );
  }
  try {
    return require.resolve(`${name}/bin/user-handle-server${process.platform === "win32" ? ".exe" : ""}`);
  } catch {
    throw new Error(
      `the package ${name}, which holds the binary, is not installed: install again without --omit=optional and on this ` +
        "platform, or name a binary in the variable USER_HANDLE_SERVER",
    );
  }
}

module.exports = { binary };
