import { refused } from "./refused.mjs";

refused("this runtime has no WebAssembly", "React Native's Hermes has none");
