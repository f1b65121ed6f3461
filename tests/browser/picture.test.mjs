// The picture of the console in the README: a visit that shows what there is to see. `cargo xtask test --only browser` leaves
// it in target/screenshots/readme.png; who changes what it shows copies it to docs/images/console.png.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";

import { startBrowser } from "../support/browser.mjs";
import { openConsole, pictures, startDemo } from "../support/console.mjs";
import { root } from "../support/documents.mjs";

const WIDTH = 1280, HEIGHT = 850;

const [server, browser] = await Promise.all([startDemo(), startBrowser()]);
after(() => Promise.all([server.stop(), browser.close()]));

test("the picture in the README is a small one", () => {
  const file = readFileSync(join(root, "docs/images/console.png"));
  assert.ok(file.length < 120_000, `${file.length} bytes`);
  assert.deepEqual([file.readUInt32BE(16), file.readUInt32BE(20)], [WIDTH, HEIGHT]);
});

test("a visit, with faults, as the README shows it", async () => {
  const ui = await openConsole(browser);
  await ui.page.setViewport({ width: WIDTH, height: HEIGHT });
  await ui.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
  await ui.connect(server.url);
  for (const [id, data] of [["grace", { name: "Grace" }], ["ada", { name: "Ada Lovelace", born: 1815 }]]) {
    await ui.fill("#id", id);
    await ui.write(JSON.stringify(data, null, 2));
    await ui.press("getOrCreate");
  }
  await ui.press("get");
  await ui.faults(100, ["reset"]);
  await ui.press("update");
  await ui.faults(0, ["reset"]);
  await ui.press("profile");
  assert.equal((await ui.rows("calls")).length, 5);
  await ui.page.evaluate(() => scrollTo(0, 0));
  await ui.page.screenshot({ path: join(pictures, "readme.png") });
  await ui.close();
});
