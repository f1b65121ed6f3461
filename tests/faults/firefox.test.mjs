// Every fault, in Firefox.

import { startFirefox } from "../support/browser.mjs";
import { runInBrowser } from "./pages.mjs";

await runInBrowser("firefox", startFirefox);
