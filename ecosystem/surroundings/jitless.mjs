import { refused } from "./refused.mjs";

refused("WebAssembly could not be started here", "import user-handle/no-wasm instead; the cause says why");
