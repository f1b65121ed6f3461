// A WebDriver client, as small as it can be, for WebKitGTK's MiniBrowser on a display of its own.

import { spawn } from "node:child_process";

import { PATIENCE } from "../../tests/support/patience.mjs";
import { freePort } from "./port.mjs";

const { XVFB_RUN, WEBKIT_DRIVER, MINI_BROWSER } = process.env;

/** What the page at `url` tells. */
export const visitWithWebKit = (url) =>
  withWebKit(async (browser) => {
    console.log(`version ${browser.version}`);
    await browser.open(url);
    return browser.run(`
      const look = () => {
        const { told } = document.documentElement.dataset;
        if (told === undefined) setTimeout(look, 20); else done(told);
      };
      look();`);
  });

/** Starts the browser, and ends it after `work`, which is given it. `env` is added to the browser's environment. */
export async function withWebKit(work, env = {}) {
  const port = await freePort();
  // xvfb-run leaves its display behind when it is killed alone: the group is ended.
  const driver = spawn(XVFB_RUN, ["-a", WEBKIT_DRIVER, `--port=${port}`], {
    detached: true,
    stdio: ["ignore", 2, 2],
    // In the locale C the browser's language is none that `Intl` knows.
    env: { ...process.env, LANG: "en_US.UTF-8", LANGUAGE: "en_US", LC_ALL: "", ...env },
  });
  const end = () => {
    try {
      process.kill(-driver.pid, "SIGTERM");
    } catch {
      // It has ended already.
    }
  };
  process.once("exit", end);
  try {
    return await inSession(`http://127.0.0.1:${port}/session`, work);
  } finally {
    end();
  }
}

async function inSession(sessions, work) {
  const options = { binary: MINI_BROWSER, args: ["--automation"] };
  const capabilities = { alwaysMatch: { "browserName": "MiniBrowser", "webkitgtk:browserOptions": options } };
  const session = await started(() => send("POST", sessions, { capabilities }));
  const at = `${sessions}/${session.sessionId}`;
  try {
    await send("POST", `${at}/timeouts`, { script: PATIENCE, pageLoad: PATIENCE });
    return await work({
      version: session.capabilities.browserVersion,
      open: (url) => send("POST", `${at}/url`, { url }),
      /** Runs a script in the page until it calls `done`, and gives what it is called with. */
      run: (script) => send("POST", `${at}/execute/async`, { script: `const done = arguments[0];${script}`, args: [] }),
      /** The window's size, in pixels. */
      resize: (width, height) => send("POST", `${at}/window/rect`, { width, height }),
      /** Clicks as a person does, in the middle of the first element that there is. */
      async click(selector) {
        const element = await send("POST", `${at}/element`, { using: "css selector", value: selector });
        await send("POST", `${at}/element/${Object.values(element)[0]}/click`, {});
      },
      /** Presses keys one after the other, each a list of those that are held together, by the names of WebDriver. */
      press: (keys) => send("POST", `${at}/actions`, { actions: [{ type: "key", id: "keyboard", actions: keys.flatMap(strokes) }] }),
      /** A picture of what is seen, as bytes of PNG. */
      picture: async () => Buffer.from(await send("GET", `${at}/screenshot`), "base64"),
    });
  } finally {
    await send("DELETE", at);
  }
}

const strokes = (held) => [
  ...held.map((value) => ({ type: "keyDown", value })),
  ...held.map((value) => ({ type: "keyUp", value })).reverse(),
];

/** Tries until the driver listens. */
async function started(attempt) {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (error.cause?.code !== "ECONNREFUSED") throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function send(method, url, body) {
  const answer = await fetch(url, { method, body: body && JSON.stringify(body), headers: { "content-type": "application/json" } });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${new URL(url).pathname}: ${value.error}: ${value.message}`);
  return value;
}
