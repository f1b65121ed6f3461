// Every fault, in Firefox.

import puppeteer from "puppeteer-core";

import { variable } from "../support/temporary.mjs";
import { runInBrowser } from "./pages.mjs";

await runInBrowser("firefox", () => puppeteer.launch({ browser: "firefox", executablePath: variable("FIREFOX") }));
