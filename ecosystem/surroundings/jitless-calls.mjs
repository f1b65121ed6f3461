// Node's own `fetch` needs WebAssembly, which `--jitless` takes away: a program brings one of its own.
import { request } from "node:http";
import * as api from "user-handle/no-wasm";
import * as klaim from "user-handle/klaim/no-wasm";
import { run } from "./program.mjs";

const fetch = (url, { method, headers, body, signal }) => new Promise((resolve, reject) => {
  request(url, { method, headers, signal }, async (answer) => {
    const text = (await answer.setEncoding("utf8").toArray()).join("");
    const { statusCode: status, statusMessage: statusText } = answer;
    resolve({ ok: status < 300, status, statusText, headers: new Map(Object.entries(answer.headers)), text: async () => text });
  }).on("error", reject).end(body);
});
const connectApi = (key, credential, appId, options) => api.connect(key, credential, appId, { ...options, fetch });
const connectKlaim = (key, options) => klaim.connect(key, { ...options, fetch });

console.log(await run({ ...api, connect: connectApi }, process.env.MATRIX_SERVER, { ...klaim, connect: connectKlaim }));
