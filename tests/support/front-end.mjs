// An example app of a framework, as a reader has it: its folder copied, its dependencies and the packed package installed,
// built by Vite and served by its preview, with the token endpoint of the examples behind it.

import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build, preview } from "vite";

import { project } from "./package.mjs";
import { KEY } from "./server.mjs";
import { startTokens } from "./tokens.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds and serves `examples/<name>` for this user of this service. */
export async function startFrontEnd(name, { api, user }) {
  const folder = join(project, name);
  cpSync(join(root, "examples", name), folder, { recursive: true });
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  for (const dependency of Object.keys({ ...dependencies, ...devDependencies })) {
    // Beside the tarball, which is installed there and may want it as a peer.
    const link = join(project, "node_modules", dependency);
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", dependency), link);
  }

  const endpoint = await startTokens(user);
  // What Vite reads in place of the example's .env, and its configuration when it is loaded.
  Object.assign(process.env, { VITE_STREAM_KEY: KEY, VITE_STREAM_BASE_URL: api, TOKEN_ENDPOINT: endpoint.url });
  const settings = { root: folder, logLevel: "silent" };
  await build(settings);
  const served = await preview({ ...settings, preview: { port: 0, host: "127.0.0.1" } });
  return {
    url: served.resolvedUrls.local[0],
    endpoint,
    async stop() {
      await Promise.all([served.close(), endpoint.stop()]);
    },
  };
}
