// Opens a page, and gives what its program tells in `document.documentElement.dataset.told`.

import puppeteer from "puppeteer-core";

import { visitWithWebKit } from "./webkit.mjs";

// Told to end, this process ends as usual: what it has started is ended at exit.
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => process.exit(1));

const LAUNCH = {
  chromium: () => ({ executablePath: process.env.CHROME, args: ["--no-sandbox", "--disable-background-networking", "--no-first-run"] }),
  firefox: () => ({ browser: "firefox", executablePath: process.env.FIREFOX }),
};

/** Visits `url` with the query that the program is given. */
export async function visit(url, name = "chromium") {
  const full = `${url}?${process.env.MATRIX_PAGE}`;
  if (name === "webkit") return visitWithWebKit(full);
  const browser = await puppeteer.launch(LAUNCH[name]());
  try {
    console.log(`version ${(await browser.version()).replace(/^\D*/, "")}`);
    const page = await browser.newPage();
    page.on("console", (message) => console.error(`console: ${message.text()}`));
    page.on("pageerror", (error) => console.error(`page: ${error}`));
    await page.goto(full, { timeout: 120_000, waitUntil: "domcontentloaded" });
    // A page that the development server loads again has a new realm.
    for (;;) {
      try {
        await page.waitForFunction("document.documentElement.dataset.told !== undefined", { timeout: 60_000 });
        return await page.evaluate("document.documentElement.dataset.told");
      } catch (error) {
        if (page.isClosed() || !/detached|destroyed|navigat/i.test(error.message)) throw error;
      }
    }
  } finally {
    await browser.close();
  }
}
