// Chromium, Firefox and WebKitGTK behind one face: scripts, real clicks and keys, pictures, downloads.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { withWebKit } from "../../ecosystem/support/webkit.mjs";
import { startBrowser, startFirefox } from "./browser.mjs";
import { openConsole, pictures } from "./console.mjs";
import { temporaryFolder } from "./temporary.mjs";

/** What WebDriver calls the keys that are no characters. */
const KEYS = { Tab: "\ue004", Enter: "\ue007", Control: "\ue009" };
const WIDTH = 1280, HEIGHT = 900;

/** Each starts a browser, gives it to `work`, and ends it. */
export const ENGINES = {
  async chromium(work) {
    const downloads = temporaryFolder();
    const browser = await startBrowser();
    const session = await browser.target().createCDPSession();
    await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: downloads });
    await byPuppeteer(browser, downloads, work);
  },

  async firefox(work) {
    const downloads = temporaryFolder();
    const preferences = { "browser.download.folderList": 2, "browser.download.dir": downloads, "browser.download.alwaysOpenPanel": false };
    await byPuppeteer(await startFirefox({ extraPrefsFirefox: preferences }), downloads, work);
  },

  async webkit(work) {
    const home = temporaryFolder();
    const downloads = join(home, "downloads");
    mkdirSync(downloads);
    writeFileSync(join(home, "user-dirs.dirs"), `XDG_DOWNLOAD_DIR="${downloads}"\n`);
    await withWebKit(async (browser) => {
      await browser.resize(WIDTH, HEIGHT);
      const evaluate = async (expression) => {
        const { value, error } = await browser.run(`(${expression}).then((value) => done({ value }), (error) => done({ error: String(error) }));`);
        if (error) throw new Error(error);
        return value;
      };
      let problems = [];
      /** What the page had to complain of is gone with it. */
      const collect = async () => void problems.push(...(await evaluate("Promise.resolve(globalThis.problems ?? [])")));
      const listen = () =>
        evaluate(`(async () => {
          globalThis.problems = [];
          addEventListener("error", ({ message }) => problems.push(message));
          addEventListener("unhandledrejection", ({ reason }) => problems.push(String(reason)));
          addEventListener("securitypolicyviolation", ({ violatedDirective }) => problems.push(violatedDirective));
        })()`);
      await work({
        downloads,
        evaluate,
        async open(url) {
          await collect();
          await browser.open(url);
          await listen();
        },
        resize: browser.resize,
        click: (selector) => browser.click(selector),
        press: (...names) => browser.press([names.map((name) => KEYS[name] ?? name)]),
        type: (text) => browser.press([...text].map((character) => [character])),
        async picture(name) {
          writeFileSync(join(pictures, `${name}-webkit.png`), await browser.picture());
        },
        async problems() {
          await collect();
          return problems;
        },
      });
    }, { XDG_CONFIG_HOME: home });
  },
};

async function byPuppeteer(browser, downloads, work) {
  try {
    const name = (await browser.version()).split("/")[0].toLowerCase().replace(/^.*(chrom|firefox).*$/, "$1").replace("chrom", "chromium");
    const { page, problems } = await openConsole(browser);
    /** An older Firefox does not know the orientation of a screen, which Puppeteer asks for along with the size. */
    const resize = (width, height) =>
      page.setViewport({ width, height }).catch((error) => {
        if (!/unknown command emulation\.setScreenOrientationOverride/.test(error.message)) throw error;
      });
    await resize(WIDTH, HEIGHT);
    await work({
      downloads,
      evaluate: (expression) => page.evaluate(expression),
      open: (url) => page.goto(url),
      resize,
      click: (selector) => page.click(selector),
      async press(...names) {
        for (const name of names) await page.keyboard.down(name);
        for (const name of names.reverse()) await page.keyboard.up(name);
      },
      type: (text) => page.keyboard.type(text),
      picture: (task) => page.screenshot({ path: join(pictures, `${task}-${name}.png`) }),
      problems: async () => problems,
    });
  } finally {
    await browser.close();
  }
}
