// The build for browsers, as a bundler takes it.
import * as api from "./node_modules/user-handle/dist/browser.js";
import { trap } from "./trapping.mjs";

document.documentElement.dataset.told = await trap(api, location.search);
