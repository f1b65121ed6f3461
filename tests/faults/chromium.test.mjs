// Every fault, in Chromium.

import { startBrowser } from "../support/browser.mjs";
import { runInBrowser } from "./pages.mjs";

await runInBrowser("chromium", startBrowser);
