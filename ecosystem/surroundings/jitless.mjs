import { refused } from "./refused.mjs";

refused("this runtime has no WebAssembly", "import user-handle/no-wasm instead");
