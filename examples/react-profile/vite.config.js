import { tokens } from "./tokens.js";

export default { plugins: [tokens()] };
