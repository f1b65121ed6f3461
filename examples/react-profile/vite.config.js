import { defineConfig } from "vite";

export default defineConfig({
  // The page and its token endpoint, examples/token-endpoint.mjs, on one origin.
  server: { proxy: { "/token": process.env.TOKEN_ENDPOINT ?? "http://localhost:3000" } },
  preview: { headers: { "content-security-policy": "script-src 'self' 'wasm-unsafe-eval'" } },
});
