// A script: `wasm-pack build --target web`, then `node examples/wasm-pack/node.mjs` beside a running `cargo xtask demo`.
// In Node, `init` is given the bytes, because its `fetch` reads no files. The last line is a token for index.html.
import { readFile } from "node:fs/promises";
import init, { connect, user } from "../../pkg/user_handle.js";

await init({ module_or_path: await readFile(new URL("../../pkg/user_handle_bg.wasm", import.meta.url)) });

const baseUrl = process.env.USER_HANDLE_URL ?? "http://localhost:8000/api/";
const client = connect("demo-key", "demo-secret-that-everybody-may-know", undefined, { baseUrl });

const ada = await user("ada").getOrCreate({ name: "Ada" });
await ada.update({ name: "Ada Lovelace" });
console.log((await ada.get()).data);
console.log(client.createUserToken("ada"));
