// That the benchmarks run and their report renders. What they measure is not looked at: no test is timed.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { chart, short } from "../../benches/support/chart.mjs";
import { goalsReport } from "../../benches/support/goals.mjs";
import { payload, SIZES } from "../../benches/support/payload.mjs";
import { shares } from "../../benches/support/profile.mjs";
import { writeReport } from "../../benches/support/report.mjs";
import { inTurns, quantile, randomNumbers, ratio, shuffled, summary } from "../../benches/support/stats.mjs";
import { stubAxios, stubFetch } from "../../benches/support/stubs.mjs";
import { compared, contestantChart, spread, table } from "../../benches/support/tables.mjs";
import { temporaryFolder } from "../support/temporary.mjs";

const exact = (value) => ({ median: value, low: value, high: value });

describe("numbers", () => {
  test("quantiles lie between the values in proportion, and do not disturb the list", () => {
    const values = [4, 1, 3, 2];
    assert.deepEqual([0, 0.25, 0.5, 1].map((share) => quantile(values, share)), [1, 1.75, 2.5, 4]);
    assert.deepEqual(values, [4, 1, 3, 2]);
    assert.equal(quantile([7], 0.5), 7);
    assert.deepEqual(summary([1, 2, 3, 4, 100]), { median: 3, low: 2, high: 4 });
  });

  test("a ratio is taken round by round", () => {
    // A load that comes and goes makes both slow: their medians differ by more than they do.
    assert.deepEqual(ratio([1, 10, 2], [2, 20, 4]), exact(0.5));
  });

  test("the same seed draws the same order, of all that there is", () => {
    const draw = (seed) => shuffled([1, 2, 3, 4, 5, 6, 7, 8], randomNumbers(seed));
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
    assert.deepEqual(draw(7).sort(), [1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("each round asks each contestant once, and those that warm up do not count", async () => {
    const asked = [];
    const contestant = (name) => async () => asked.push(name);
    const measured = await inTurns({ a: contestant("a"), b: contestant("b") }, { rounds: 3, seed: 1, warmUp: 2 });
    assert.equal(asked.length, 10);
    for (let round = 0; round < 10; round += 2) assert.deepEqual(asked.slice(round, round + 2).sort(), ["a", "b"]);
    assert.deepEqual([measured.a.length, measured.b.length], [3, 3]);
    assert.ok(Math.min(...measured.a, ...measured.b) > 4);
  });

  test("the data has the size that is asked for", () => {
    for (const bytes of Object.values(SIZES)) assert.equal(JSON.stringify(payload(bytes)).length, bytes);
  });

  test("a profile's samples are shared out, idle ones left out and those of the module together", () => {
    const frame = (id, functionName, url = "") => ({ id, callFrame: { functionName, url } });
    const nodes = [frame(1, "(idle)"), frame(2, "f", "file:///a/b.js"), frame(3, "g", "wasm://1"), frame(4, "h", "wasm://1"), frame(5, "", "node:net")];
    const found = shares({ nodes, samples: [1, 1, 2, 3, 4, 4, 3, 5, 2] });
    assert.deepEqual(found, [["WebAssembly", 4 / 7], ["f, b.js", 2 / 7], ["(anonymous), node:net", 1 / 7]]);
  });
});

describe("the report", () => {
  const bars = [{ label: "<a> & b", value: 0.5, low: 0.4, high: 0.6 }, { label: "c", value: 2, isPeer: true }];
  const result = {
    title: "Made up", about: "Nothing.", rounds: 3, machine: "no machine.", tables: [table(["", "n"], [["a", 1]])],
    charts: [{ name: "made-up", title: "Made up", note: "less is better", bars }],
    goals: [{ goal: "long", what: "get", ratio: exact(0.5), limit: 0.15 }, { goal: "gather", what: "calls", ratio: exact(30), limit: 20, isAtLeast: true }],
  };

  test("a chart has a bar for each, to scale, in both colour schemes, and says in words what it shows", () => {
    const svg = chart({ title: "T", note: "n", bars });
    const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
    assert.equal(widths.length, 2);
    assert.ok(Math.abs(widths[1] / widths[0] - 4) < 0.01, String(widths));
    assert.match(svg, /prefers-color-scheme: dark/);
    assert.doesNotMatch(svg, /class="rule"/);
    assert.match(chart({ title: "T", note: "n", bars, rule: 1 }), /class="rule"/);
    assert.match(svg, /aria-label="T. &#60;a&#62; &#38; b: 0.50; c: 2.00"/);
    assert.ok(!svg.includes("<a>"));
    assert.deepEqual([0.126, 12.34, 123.4].map(short), ["0.13", "12.3", "123"]);
  });

  test("tables are Markdown", () => {
    assert.equal(table(["", "n"], [["a", 1]]), "|  | n |\n| --- | --: |\n| a | 1 |");
    assert.equal(spread({ median: 1, low: 0.5, high: 20 }), "1.00 (0.50–20.0)");
    assert.equal(spread(exact(0.54932)), "0.549");
    const measured = { ours: [{ cpu: 1 }, { cpu: 3 }], raw: [{ cpu: 2 }, { cpu: 6 }] };
    assert.deepEqual(compared(measured, "cpu", ["ours", "raw"]), { ratios: { raw: exact(0.5) }, medians: [2, 4] });
  });

  test("a chart of contestants has a bar for each, ours in a colour of its own", () => {
    const { bars: made } = contestantChart("c", "C", "µs", [["get", { ours: [1, 2, 3], raw: [4, 4, 4] }]]);
    assert.deepEqual(made, [
      { label: "get: user-handle", value: 2, median: 2, low: 1.5, high: 2.5, isPeer: false },
      { label: "get: bare fetch", value: 4, median: 4, low: 4, high: 4, isPeer: true },
    ]);
  });

  test("a goal is reached, or not and why, or was not measured", () => {
    const report = goalsReport(result.goals);
    assert.match(report, /\| create of 9\.9 kB[^|]*\| at most 0\.15 \| 0\.5 \| get \| not reached \|/);
    assert.match(report, /\| at least 20 \| 30 \| calls \| \*\*reached\*\* \|/);
    assert.match(report, /\| memory after [^|]*\|  \|  \|  \| not measured \|/);
    assert.match(report, /\*\*create of .*\*\*\. What limits it: [^]*- get: 0\.5, wanted at most 0\.15/);
    assert.throws(() => goalsReport([{ ...result.goals[0], goal: "another" }]), { message: "there is no goal another" });
  });

  test("what was not measured anew stays", () => {
    const folder = temporaryFolder();
    writeReport(folder, { one: result }, ["one", "two"]);
    writeReport(folder, { two: { ...result, title: "Another", charts: [] } }, ["one", "two"]);
    const text = readFileSync(join(folder, "benchmarks.md"), "utf8");
    assert.ok(text.indexOf("## Made up") > 0 && text.indexOf("## Another") > text.indexOf("## Made up"));
    assert.match(text, /!\[Made up\]\(benchmarks\/made-up\.svg\)/);
    assert.deepEqual(readdirSync(join(folder, "benchmarks")).sort(), ["made-up.svg", "results.json"]);
    writeFileSync(join(folder, "benchmarks/results.json"), "no JSON");
    assert.throws(() => writeReport(folder, {}, ["one"]), SyntaxError);
  });

  test("the report in docs/evidence is what its numbers make", () => {
    const folder = fileURLToPath(new URL("../../docs/evidence", import.meta.url));
    const results = JSON.parse(readFileSync(join(folder, "benchmarks/results.json")));
    const again = temporaryFolder();
    writeReport(again, results, Object.keys(results));
    const names = ["benchmarks.md", ...Object.values(results).flatMap(({ charts }) => charts.map(({ name }) => `benchmarks/${name}.svg`))];
    for (const name of names) assert.equal(readFileSync(join(folder, name), "utf8"), readFileSync(join(again, name), "utf8"), `${name}: run \`cargo xtask bench --write\``);
  });
});

describe("a stub of fetch", () => {
  const real = globalThis.fetch;
  after(() => { globalThis.fetch = real; });

  for (const kind of ["with length", "chunked"]) {
    test(`gives a Response ${kind}, about the user who was asked for`, async () => {
      stubFetch(kind);
      const got = await fetch("http://service/api/v1.0/user/ada/?api_key=key");
      assert.ok(got instanceof Response && got.ok && got.body instanceof ReadableStream);
      const text = await got.clone().text();
      assert.equal(got.headers.get("content-length"), kind === "chunked" ? null : String(text.length));
      assert.equal((await got.json()).id, "ada");
      const created = await fetch("http://service/api/v1.0/user/", { method: "POST", body: '{"id":"bob"}' });
      assert.equal((await created.json()).id, "bob");
    });
  }

  test("is what axios reads in place of its adapter", async () => {
    stubFetch("chunked");
    const client = { request: { defaults: {} } };
    stubAxios(client);
    const { data, status, headers } = await client.request.defaults.adapter({ url: "/user/ada/", method: "get" });
    assert.deepEqual([JSON.parse(data).id, status, headers.get("content-type")], ["ada", 200, "application/json"]);
  });
});

test("the benchmarks run, the service's and those without a server", () => {
  const run = fileURLToPath(new URL("../../benches/run.mjs", import.meta.url));
  const printed = execFileSync(process.execPath, [run, "overhead", "gather", "--quick", "--rounds=1"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  for (const found of [/^## What the client itself costs$/m, /^\| get, gzip, from a server( \| [\d.]+){6} \|/m, /^\| getstream \| \d+ \|/m]) {
    assert.match(printed, found);
  }
});
