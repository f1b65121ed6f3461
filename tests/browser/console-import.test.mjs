// The console's import: from a file to the last user, with what goes wrong on the way.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { startBrowser } from "../support/browser.mjs";
import { hangAfterThreeBatches, openConsole, startDemo } from "../support/console.mjs";
import { esm } from "../support/package.mjs";
import { temporaryFolder, variable } from "../support/temporary.mjs";

const folder = temporaryFolder();

let server, browser, ui, client;

before(async () => {
  [server, browser] = await Promise.all([startDemo(), startBrowser()]);
  client = esm.connect("demo-key", "demo-secret-that-everybody-may-know", undefined, { baseUrl: server.api });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => (ui = await openConsole(browser)));
afterEach(() => ui.close());

/** Writes a file and gives its path. */
async function file(name, text) {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function openImport() {
  await ui.connect(server.url);
  await importView();
}

async function importView() {
  await ui.page.click("nav button:last-child");
  await ui.page.waitForSelector("#file");
}

/** The table of columns: what each is called, taken for and stored as. */
const columns = () =>
  ui.page.$$eval("#columns tbody tr", (rows) =>
    rows.map((row) => [row.cells[0].querySelector("bdi").textContent, row.querySelector("select").value, row.querySelector("input")?.value ?? ""]));

const take = (index, kind) => ui.page.select(`#columns tbody tr:nth-child(${index}) select`, kind);

const choose = async (path) => (await ui.page.$("#file")).uploadFile(path);
/** The encoding, by the name that the page gives it. */
const readAs = () => ui.page.$eval("#encoding", (select) => select.selectedOptions[0].textContent);
/** What the tab has kept of an import that is not done. */
const checkpoint = () => ui.page.evaluate(() => JSON.parse(sessionStorage.getItem("user-handle import"))[0]);
/** What is said where users are not replaced: nobody can tell how many were new. */
const KEPT = "Those that existed already stayed as they were.";
const lines = (users) => users.map((user) => `${JSON.stringify(user)}\n`).join("");

test("NDJSON: looked at and checked before anything is sent, then stored, failures to download", async () => {
  await openImport();
  const users = [{ id: "n1", data: { name: "<script>alert(1)</script>" } }, { id: "n 2" }, { id: "n3", data: { a: "x".repeat(10_240) } }, { id: "n4" }];
  await choose(await file("users.ndjson", `${lines(users)}{"id": broken\n`));
  await ui.says("#import-status", "users.ndjson, NDJSON: 5 users, of which 3 cannot be sent. Nothing is sent yet.");
  assert.match(await ui.text("#preview"), /^\{"id":"n1","data":\{"name":"<script>alert/);
  assert.equal(await ui.page.$("#preview script"), null);
  const refused = await ui.rows("refused");
  assert.deepEqual(refused.map(([index, id]) => [index, id]), [["2", "n 2"], ["3", "n3"], ["5", ""]]);
  assert.match(refused[1][2], /^Data is 10248 bytes of JSON, at most 10240 are allowed\.$/);
  assert.deepEqual(await ui.page.$$("#calls tbody tr"), [], "nothing was sent");
  await ui.picture("import-checked");

  const session = await browser.target().createCDPSession();
  await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder, eventsEnabled: true });
  await ui.page.click("#send");
  await ui.says("#import-status", `Done: 2 of 5 users stored. ${KEPT}`);
  const found = await client.getUsers(["n1", "n3", "n4"]);
  assert.deepEqual(found.users.map(({ id }) => id).sort(), ["n1", "n4"]);
  const done = new Promise((resolve) => session.on("Browser.downloadProgress", ({ state }) => state === "completed" && resolve()));
  await ui.page.click("#download");
  await done;
  const saved = (await readFile(join(folder, "users.ndjson.failures.ndjson"), "utf8")).trim().split("\n").map(JSON.parse);
  assert.deepEqual(saved.map(({ index, id }) => [index, id]), [[1, "n 2"], [2, "n3"], [4, ""]]);
  assert.match(await ui.text("#code"), /client\.users\.import\(createReadStream\("users\.ndjson"\)/);
});

test("CSV: the columns are the data, and users that exist are replaced only if that is asked for", async () => {
  await openImport();
  const path = await file("users.csv", 'id,name,note\nc1,"Lovelace, Ada","said ""hello"""\nc2,שלום,\n');
  const send = async () => {
    await choose(path);
    await ui.says("#import-status", "users.csv, CSV: 2 users, all valid. Nothing is sent yet.");
  };
  await send();
  await ui.page.click("#send");
  await ui.says("#import-status", `Done: 2 of 2 users stored. ${KEPT}`);
  const data = async (id) => (await client.user(id).get()).data;
  assert.deepEqual(await data("c1"), { name: "Lovelace, Ada", note: 'said "hello"' });
  assert.deepEqual(await data("c2"), { name: "שלום" });

  await client.user("c1").update({ name: "Countess" });
  await send();
  await ui.page.click("#send");
  await ui.says("#import-status", `Done: 2 of 2 users stored. ${KEPT}`);
  assert.deepEqual(await data("c1"), { name: "Countess" });
  await send();
  await ui.page.click("#override");
  await ui.page.click("#send");
  await ui.says("#import-status", "Done: 2 of 2 users stored.");
  assert.equal((await data("c1")).name, "Lovelace, Ada");
});

test("CSV as spreadsheets write it: semicolons, Latin-1, another name for the id, in one batch", async () => {
  await openImport();
  const text = "User ID;name;note\r\ns1;Zo\xeb;\"two\r\nlines\"\r\n;;\r\ns2;Ren\xe9;\r\ns2;Ren\xe9e;;\r\n";
  await choose(await file("sheet.csv", Buffer.from(text, "latin1")));
  await ui.says("#import-status", "sheet.csv, CSV: 3 users, all valid. Nothing is sent yet.");
  const notes = await ui.page.$$eval("#import-status ~ .note", (all) => all.map((note) => note.textContent));
  assert.equal(await readAs(), "Windows-1252, with Latin-1 (Western European)");
  assert.deepEqual(notes, [
    "1 user with the id of an earlier one: s2. Of users with the same id the first is stored; where users are replaced, the last.",
  ]);
  assert.deepEqual(await columns(), [["User ID", "id", ""], ["name", "text", "name"], ["note", "text", "note"]]);
  await ui.page.click("#send");
  await ui.says("#import-status", `Done: 3 of 3 users stored. ${KEPT}`);
  assert.deepEqual((await client.user("s1").get()).data, { name: "Zo\xeb", note: "two\r\nlines" });
  assert.deepEqual((await client.user("s2").get()).data, { name: "Ren\xe9" });
  await ui.page.click("nav button:first-child");
  await ui.page.waitForSelector("#calls tbody tr");
  assert.deepEqual((await ui.rows("calls")).map(([request]) => request), ["POST users/"]);
  assert.equal(await ui.text("#outcome"), "", "of a user in the form nothing is said, since nothing was asked about one");
});

test("what the columns of a CSV hold is guessed, shown, and changed before the import", async () => {
  await openImport();
  const rows = Array.from({ length: 20 }, (_, i) => `k${i},${1800 + i},${i % 2 ? "yes" : "no"},"[${i},""x""]",${i === 3 ? "01234" : 12345 + i},n${i},9${i}\n`);
  await choose(await file("kinds.csv", `User ID,born,vip,tags,zip,note,\n${rows.join("")}`));
  await ui.says("#import-status", "kinds.csv, CSV: 20 users, all valid. Nothing is sent yet.");
  assert.deepEqual(await columns(), [
    ["User ID", "id", ""], ["born", "number", "born"], ["vip", "boolean", "vip"], ["tags", "json", "tags"],
    ["zip", "text", "zip"], ["note", "text", "note"], ["column 7", "number", "column 7"],
  ]);
  assert.deepEqual(JSON.parse((await ui.text("#preview")).split("\n")[0]), {
    id: "k0", data: { "born": 1800, "vip": false, "tags": [0, "x"], "zip": "12345", "note": "n0", "column 7": 90 },
  });
  await ui.picture("import-columns", { width: 360 });
  await ui.picture("import-columns");

  await take(5, "number");
  await ui.says("#import-status", "kinds.csv, CSV: 20 users, of which 1 cannot be sent. Nothing is sent yet.");
  assert.deepEqual(await ui.rows("refused"), [["4", "k3", 'Line 5, column zip: "01234" is no number.']]);
  await take(5, "text");
  await take(6, "out");
  await ui.fill('[aria-label="born is stored as"]', "zip");
  await ui.says("#import-status", "kinds.csv, CSV: nothing is sent yet.");
  await ui.says("#import [role=alert]", "Two columns are stored as zip: give one another name, or leave it out.");
  assert.equal(await ui.page.$("#send"), null);
  await ui.fill('[aria-label="born is stored as"]', "year");
  await ui.says("#import-status", "kinds.csv, CSV: 20 users, all valid. Nothing is sent yet.");
  await ui.page.click("#send");
  await ui.says("#import-status", `Done: 20 of 20 users stored. ${KEPT}`);
  assert.deepEqual((await client.user("k3").get()).data, { "year": 1803, "vip": true, "tags": [3, "x"], "zip": "01234", "column 7": 93 });

  // A file with the same first line is for the same users.
  await choose(await file("more.csv", "User ID,born,vip,tags,zip,note,\nk20,1820,no,[],9,n,1\n"));
  await ui.says("#import-status", "more.csv, CSV: 1 user, all valid. Nothing is sent yet.");
  assert.deepEqual((await columns()).map(([, kind, to]) => kind + (to && `:${to}`)),
    ["id", "number:year", "boolean:vip", "json:tags", "text:zip", "out", "number:column 7"]);
});

test("a column of NaN or Infinity is text, since JSON has no such numbers", async () => {
  await openImport();
  await choose(await file("nan.csv", "id,score,most,least,large\nx1,NaN,Infinity,-Infinity,1e+21\nx2,NaN,Infinity,-Infinity,1.5\n"));
  await ui.says("#import-status", "nan.csv, CSV: 2 users, all valid. Nothing is sent yet.");
  assert.deepEqual((await columns()).map(([name, kind]) => `${name}:${kind}`), ["id:id", "score:text", "most:text", "least:text", "large:number"]);
  assert.equal((await ui.text("#preview")).split("\n")[0], '{"id":"x1","data":{"score":"NaN","most":"Infinity","least":"-Infinity","large":1e+21}}');
});

test("a CSV file with names alone has no users to send", async () => {
  await openImport();
  await choose(await file("names.csv", "id,name\n"));
  await ui.says("#import-status", "names.csv, CSV: it has no users, so there is nothing to send.");
  assert.equal(await ui.page.$("#send, #override"), null);
});

test("blank lines and Excel's sep= before the names are passed over, and lines are counted with them", async () => {
  await openImport();
  await choose(await file("sep.csv", '\ufeffsep=;\r\nid;name\r\np1;"Lovelace, Ada"\r\np 2;Bob\r\n'));
  await ui.says("#import-status", "sep.csv, CSV: 2 users, of which 1 cannot be sent. Nothing is sent yet.");
  assert.equal(await ui.text("#preview"), '{"id":"p1","data":{"name":"Lovelace, Ada"}}\n{"id":"p 2","data":{"name":"Bob"}}');
  assert.match((await ui.rows("refused")).join(), /^2,p 2,Line 4, column id: /);
  await choose(await file("blank.csv", "\n,,\n  \nsep=^\n\nid^name\nb1^a,b;c,d\nb 2^Bob\n"));
  await ui.says("#import-status", "blank.csv, CSV: 2 users, of which 1 cannot be sent. Nothing is sent yet.");
  assert.match((await ui.rows("refused")).join(), /^2,b 2,Line 8, column id: /);
  await ui.page.click("#send");
  await ui.says("#import-status", `Done: 1 of 2 users stored. ${KEPT}`);
  assert.deepEqual((await client.user("b1").get()).data, { name: "a,b;c,d" });
  await ui.page.click("#mend");
  await ui.page.waitForSelector("#rows");
  assert.equal(await ui.page.$eval("#rows", (field) => field.value), "\n,,\n  \nsep=^\n\nid^name\nb 2^Bob\n");
});

test("where no column is called id, one chooses it", async () => {
  await openImport();
  await choose(await file("names.csv", "mail,login,data\na@b.c,ada,\"{\"\"born\"\":1815}\"\nb@b.c,bob,\n"));
  await ui.says("#import-status", "names.csv, CSV: nothing is sent yet.");
  await ui.says("#import [role=alert]", "Choose the column that is the id.");
  await take(1, "id");
  await ui.says("#import-status", "names.csv, CSV: 2 users, of which 2 cannot be sent. Nothing is sent yet.");
  await take(2, "id");
  await ui.says("#import-status", "names.csv, CSV: 2 users, all valid. Nothing is sent yet.");
  assert.deepEqual(await columns(), [["mail", "text", "mail"], ["login", "id", ""], ["data", "object", ""]]);
  assert.equal(await ui.text("#preview"), '{"id":"ada","data":{"mail":"a@b.c","born":1815}}\n{"id":"bob","data":{"mail":"b@b.c"}}');
});

test("rows that do not fit are told with line and column, and are mended in the page", async () => {
  await openImport();
  const rows = Array.from({ length: 60 }, (_, i) => `f${i},${i},"{""n"":${i}}",yes\n`);
  rows[10] = 'f10,10,"{""n"":10}",yes,more\n';
  rows[20] = 'f20,2O,"two\nlines",yes\n';
  rows[30] = 'f30,30,"[12345678901234567890]",perhaps\n';
  rows[31] = "f31,12345678901234567890,{},\n";
  rows[40] = "f 40,40,{},no\n";
  rows[50] = `f50,50,"{""n"":""${"x".repeat(10_240)}""}",no\n`;
  await choose(await file("bad.csv", `id,n,more,vip\n${rows.join("")}`));
  await ui.says("#import-status", "bad.csv, CSV: 60 users, of which 6 cannot be sent. Nothing is sent yet.");
  const refused = await ui.rows("refused");
  assert.deepEqual(refused.slice(0, 4), [
    ["11", "f10", "Line 12 has 5 cells for 4 columns."],
    ["21", "f20", 'Line 22, column n: "2O" is no number.'],
    ["31", "f30", 'Line 33, column more: "[12345678901234567890]" has a number with more digits than JavaScript holds.'],
    ["32", "f31", 'Line 34, column n: "12345678901234567890" has more digits than a number in JavaScript: take the column for text.'],
  ]);
  assert.match(refused[4].join(), /^41,f 40,Line 43, column id: id may only hold /);
  assert.match(refused[5].join(), /^51,f50,Line 53: data is 102\d\d bytes of JSON, at most 10240 are allowed\.$/);
  await ui.page.click("#send");
  await ui.says("#import-status", `Done: 54 of 60 users stored. ${KEPT}`);
  assert.match((await ui.rows("failures"))[5].join(), /^51,f50,Line 53: data is /);
  await ui.page.click("#mend");
  await ui.page.waitForSelector("#rows:focus");
  const given = await ui.page.$eval("#rows", (field) => field.value);
  assert.equal(given, [
    "id,n,more,vip", 'f10,10,"{""n"":10}",yes,more', 'f20,2O,"two\nlines",yes', 'f30,30,"[12345678901234567890]",perhaps', "f31,12345678901234567890,{},", "f 40,40,{},no",
    rows[50],
  ].join("\n"));
  const mended = "id,n,more,vip\nf10,10,{},yes\nf20,20,{},yes\nf30,30,[],no\nf31,31,{},\nf40,40,{},no\nf50,50,{},no\n";
  await ui.fill("#rows", mended);
  await ui.picture("import-mend", { width: 360 });
  await ui.page.click("#mended");
  await ui.says("#import-status", "mend-bad.csv, CSV: 6 users, all valid. Nothing is sent yet.");
  await ui.page.click("#send");
  await ui.says("#import-status", `Done: 6 of 6 users stored. ${KEPT}`);
  assert.deepEqual((await client.user("f20").get()).data, { n: 20, more: {}, vip: true });
  assert.deepEqual((await client.user("f59").get()).data, { n: 59, more: { n: 59 }, vip: true });
});

test("quotation marks that do not fit and cells that are missing are told with their line, and swallow no user unsaid", async () => {
  await openImport();
  const refusedOf = async (name, content, status) => {
    await choose(await file(name, content));
    await ui.says("#import-status", `${name}, CSV: ${status}. Nothing is sent yet.`);
    return ui.rows("refused");
  };
  assert.deepEqual(await refusedOf("open.csv", 'id,name\nq0,Eve\nq1,"Ann\nq2,Bob\nq3,Cid\n', "2 users, of which 1 cannot be sent"), [
    ["2", "q1", "Lines 3 to 5 are read as one row: line 3 has a quotation mark that nothing closes."],
  ]);
  assert.deepEqual(await refusedOf("single.csv", 'id,name\nm1,Ann\nm2,"a"b\nm3,"x"\nm4,Dan\n', "3 users, of which 1 cannot be sent"), [
    ["2", "m2", "Lines 3 to 4 are read as one row: line 3 has a cell in quotation marks with another in it that is not doubled."],
  ]);
  assert.deepEqual(await refusedOf("last.csv", 'id,name\nl1,"a"b', "1 user, of which 1 cannot be sent"), [
    ["1", "l1", "Line 2 has a cell in quotation marks with another in it that is not doubled."],
  ]);
  assert.deepEqual(await refusedOf("short.csv", "id,name,vip\ns1,Ada,yes\ns2,Bob\ns3\n", "3 users, of which 2 cannot be sent"), [
    ["2", "s2", "Line 3 has 2 cells for 3 columns."],
    ["3", "s3", "Line 4 has 1 cell for 3 columns."],
  ]);
  // What is left out need not be there.
  await take(3, "out");
  await ui.says("#import-status", "short.csv, CSV: 3 users, of which 1 cannot be sent. Nothing is sent yet.");

  await choose(await file("names.csv", 'id,"name\n1,Ada\n'));
  await ui.says("#import-status", "names.csv cannot be imported. Nothing is sent.");
  assert.equal(await ui.text("#import [role=alert]"), "Line 1 has a quotation mark that nothing closes.");

  // What is given to be mended is what the file has, so that it is not taken for one user with lines in the name.
  await refusedOf("mend.csv", 'id,name\r\nq1,"Ann\r\nq2,Bob\r\n', "1 user, of which 1 cannot be sent");
  await refusedOf("mend.csv", 'id,name\r\nq0,Eve\r\nq1,"Ann\r\nq2,Bob\r\n', "2 users, of which 1 cannot be sent");
  await ui.page.click("#send");
  await ui.says("#import-status", `Done: 1 of 2 users stored. ${KEPT}`);
  await ui.page.click("#mend");
  await ui.page.waitForSelector("#rows");
  assert.equal(await ui.page.$eval("#rows", (field) => field.value), 'id,name\nq1,"Ann\nq2,Bob\n');
});

test("rows are counted and given by their lines where carriage returns end them, too", async () => {
  await openImport();
  await choose(await file("mac.csv", 'id,name\rc1,"two\nlines"\rc 2,Bob\rc3,"two\rlines"\rc 4,Dan\r'));
  await ui.says("#import-status", "mac.csv, CSV: 4 users, of which 2 cannot be sent. Nothing is sent yet.");
  const refused = (await ui.rows("refused")).map(([, id, why]) => [id, why.split(",")[0]]);
  assert.deepEqual(refused, [["c 2", "Line 3"], ["c 4", "Line 6"]]);
  await ui.page.click("#send");
  await ui.says("#import-status", `Done: 2 of 4 users stored. ${KEPT}`);
  await ui.page.click("#mend");
  await ui.page.waitForSelector("#rows");
  assert.equal(await ui.page.$eval("#rows", (field) => field.value), "id,name\nc 2,Bob\nc 4,Dan\n");
});

test("ids that come twice are told, among very many too, in NDJSON as in CSV", async () => {
  await openImport();
  const many = Array.from({ length: 150_000 }, (_, i) => `{"id":"d${i}"}\n`);
  await choose(await file("twice.ndjson", `${many.join("")}{"id":"d7","data":{"n":1}}\n{"id":"d149999"}\n{"id":"d7"}\n`));
  await ui.says("#import-status", "twice.ndjson, NDJSON: 150\u00a0003 users, all valid. Nothing is sent yet.");
  const told = "3 users with the id of an earlier one: d7, d149999. Of users with the same id the first is stored; where users are replaced, the last.";
  assert.equal(await ui.text("#repeated"), told);
  await choose(await file("twice.csv", `id\n${many.join("").replaceAll(/[^\d\n]/g, "")}7\n`));
  await ui.says("#import-status", "twice.csv, CSV: 150\u00a0001 users, all valid. Nothing is sent yet.");
  assert.match(await ui.text("#repeated"), /^1 user with the id of an earlier one: 7\. /);
});

test("of ids that come twice, five are named, and whether there are more", async () => {
  await openImport();
  const told = async (ids) => {
    await choose(await file("named.ndjson", lines(ids.map((id) => ({ id })))));
    await ui.says("#import-status", `named.ndjson, NDJSON: ${ids.length} users, all valid. Nothing is sent yet.`);
    return (await ui.text("#repeated")).split(". ")[0];
  };
  const ids = ["a", "b", "c", "d", "e", "f"];
  const five = ids.slice(0, 5);
  assert.equal(await told(["a", "a", "a"]), "2 users with the id of an earlier one: a");
  assert.equal(await told([...ids, ...five, ...five]), "10 users with the id of an earlier one: a, b, c, d, e");
  assert.equal(await told([...ids, ...ids]), "6 users with the id of an earlier one: a, b, c, d, e and more");
});

test("CSV in UTF-16, with tabs, as spreadsheets export Unicode text", async () => {
  await openImport();
  await choose(await file("unicode.txt", Buffer.from("\ufeffid\tname\r\nt1\tשלום 😀\r\n", "utf16le")));
  await ui.says("#import-status", "unicode.txt, CSV: 1 user, all valid. Nothing is sent yet.");
  assert.equal(await readAs(), "UTF-16, little-endian");
  await ui.page.click("#send");
  await ui.says("#import-status", `Done: 1 of 1 user stored. ${KEPT}`);
  assert.deepEqual((await client.user("t1").get()).data, { name: "שלום 😀" });
});

test("what a CSV file is read as is guessed, shown and changed", async () => {
  await openImport();
  const firstUsers = async (name, content) => {
    await choose(await file(name, content));
    await ui.says("#import-status", new RegExp(`^${name.replace(".", "\\.")}, CSV: \\d users?, all valid`));
    return (await ui.text("#preview")).split("\n").map((line) => JSON.parse(line).data.name);
  };
  const shiftJis = Buffer.concat([Buffer.from("id,name\nj1,"), Buffer.from([0x93, 0xfa, 0x96, 0x7b]), Buffer.from("\n")]);
  await firstUsers("japan.csv", shiftJis);
  assert.equal(await readAs(), "Windows-1252, with Latin-1 (Western European)");
  await ui.page.select("#encoding", "shift_jis");
  await ui.says("#preview", '{"id":"j1","data":{"name":"日本"}}');
  await ui.says("#import-status", "japan.csv, CSV: 1 user, all valid. Nothing is sent yet.");
  for (const width of [360, 1280, 2560]) await ui.picture("import-encoding", { width });
  await ui.page.click("#send");
  await ui.says("#import-status", `Done: 1 of 1 user stored. ${KEPT}`);
  assert.deepEqual((await client.user("j1").get()).data, { name: "日本" });

  assert.deepEqual(await firstUsers("bare.csv", Buffer.from("id,name\n1,שלום\n2,Ada\n", "utf16le")), ["שלום", "Ada"]);
  assert.equal(await readAs(), "UTF-16, little-endian");
  assert.deepEqual(await firstUsers("big.csv", Buffer.from("id,name\n1,שלום\n2,Ada\n", "utf16le").swap16()), ["שלום", "Ada"]);
  assert.equal(await readAs(), "UTF-16, big-endian");

  const stray = Buffer.concat([Buffer.from("id,name\n1,José\n2,Zoë\n3,Ren"), Buffer.from([0xe9]), Buffer.from("\n")]);
  assert.deepEqual(await firstUsers("stray.csv", stray), ["José", "Zoë", "Ren\ufffd"]);
  assert.equal(await readAs(), "UTF-8");
  assert.equal(await ui.text("#stray"), "Line 4 has bytes that are not UTF-8. They are read as �, and would be stored so.");
  // What nobody can read as is, is read as something else.
  await ui.page.select("#encoding", "utf-16be");
  await ui.says("#import-status", "stray.csv, CSV: nothing is sent yet.");
  await ui.page.select("#encoding", "windows-1252");
  await ui.says("#import-status", "stray.csv, CSV: 3 users, all valid. Nothing is sent yet.");
  assert.equal(await ui.page.$("#stray"), null);
});

test("characters of a long CSV are whole wherever a piece of it ends", async () => {
  await openImport();
  // Each piece ends in the middle of a character, unless its length is odd.
  const rows = Array.from({ length: 1_300 }, (_, i) => `l${i},${"é".repeat(4_500)}\n`);
  for (const beginning of ["id,name\n", "id,names\n"]) {
    await choose(await file("large.csv", beginning + rows.join("")));
    await ui.says("#import-status", "large.csv, CSV: 1\u00a0300 users, all valid. Nothing is sent yet.");
    await ui.page.click("#override");
    await ui.page.click("#send");
    await ui.says("#import-status", "Done: 1\u00a0300 of 1\u00a0300 users stored.");
    const authorization = execFileSync(variable("USER_HANDLE_SERVER"), ["token"], { encoding: "utf8" }).trim();
    const headers = { authorization, "stream-auth-type": "jwt" };
    const broken = await fetch(`${server.url}/admin/users?api_key=demo-key&search=%EF%BF%BD`, { headers });
    assert.deepEqual((await broken.json()).users.map(({ id }) => id), []);
  }
});

test("rows that cannot be sent are downloaded as they are, mended and imported", async () => {
  await openImport();
  const session = await browser.target().createCDPSession();
  await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder, eventsEnabled: true });
  for (const [name, content, rows, mended] of [
    ["mend.csv", 'id;name\nr1;Ada\nr 2;"two\nlines"\nr3;Eve\n', 'id;name\nr 2;"two\nlines"\n', "r 2"],
    ["mend.ndjson", '{"id":"r1"}\n\n{"id":"r 4", "data":{"n":1}}\n', '{"id":"r 4", "data":{"n":1}}\n', "r 4"],
  ]) {
    await choose(await file(name, content));
    await ui.says("#import-status", /of which 1 cannot be sent/);
    const done = new Promise((resolve) => session.on("Browser.downloadProgress", ({ state }) => state === "completed" && resolve()));
    await ui.page.click("#download-rows");
    await done;
    const saved = await readFile(join(folder, `mend-${name}`), "utf8");
    assert.equal(saved, rows);
    await choose(await file(`again-${name}`, saved.replace(mended, mended.replace(" ", ""))));
    await ui.says("#import-status", /: 1 user, all valid/);
  }
});

test("what is no list of users is refused by name", async () => {
  await openImport();
  for (const [name, content, problem] of [
    ["me.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), "me.png is a picture."],
    ["users.xlsx", Buffer.from([0x50, 0x4b, 0x03, 0x04]), "users.xlsx is a workbook or an archive: save it as CSV."],
    ["users.json", '[{"id":"a"}]', "users.json is a JSON array: write each user on a line of its own."],
    ["latin.ndjson", Buffer.from('{"id":"a","data":{"name":"Ren\xe9"}}', "latin1"), "latin.ndjson is not in UTF-8, as line 1 shows: save it so."],
    ["empty.csv", " \n", "empty.csv is empty."],
    ["pretty.json", '{\n  "id": "a",\n  "data": {}\n}\n', "pretty.json has a JSON object over many lines: write each user on a line of its own."],
    ["split.ndjson", '\n{"id": "a",\n"data": {}}\n', "split.ndjson has a JSON object over many lines: write each user on a line of its own."],
  ]) {
    await choose(await file(name, content));
    await ui.says("#import-status", `${name} cannot be imported. Nothing is sent.`);
    assert.equal(await ui.text("#import [role=alert]"), problem);
    assert.equal(await ui.page.$("#send"), null);
  }
  await choose(await file("commas.ndjson", '{"id":"a"},\n{"id":"b"}\n'));
  await ui.says("#import-status", "commas.ndjson, NDJSON: 2 users, of which 1 cannot be sent. Nothing is sent yet.");
});

test("a file that is dropped is taken, and those that came with it are named", async () => {
  await openImport();
  const drop = (...names) => ui.page.$eval(".drop", (place, names) => {
    const dataTransfer = new DataTransfer();
    for (const name of names) dataTransfer.items.add(new File(['{"id":"dropped"}\n'], name));
    place.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, names);
  for (const [names, leftOut] of [
    [["a.ndjson", "b.ndjson"], "b.ndjson was not taken: files are imported one at a time."],
    [["b.ndjson", "c.ndjson", "d.ndjson"], "c.ndjson and 1 more file were not taken: files are imported one at a time."],
  ]) {
    await drop(...names);
    await ui.says("#import-status", `${names[0]}, NDJSON: 1 user, all valid. Nothing is sent yet.`);
    assert.equal(await ui.text("#left-out"), leftOut);
  }
  await drop("alone.ndjson");
  await ui.says("#import-status", "alone.ndjson, NDJSON: 1 user, all valid. Nothing is sent yet.");
  assert.equal(await ui.page.$("#left-out"), null);
});

test("a very wide screen has a file beside what it gives, and rows to mend beside what is wrong with them", async () => {
  /** The left edges of elements, without what rounding does. */
  const lefts = (...selectors) => Promise.all(selectors.map((selector) => ui.page.$eval(selector, (each) => Math.round(each.getBoundingClientRect().left))));
  await openImport();
  await ui.page.setViewport({ width: 2560, height: 900 });
  await choose(await file("wide.csv", "id,name\nw1,Ada\nw 2,Bob\n"));
  await ui.says("#import-status", /of which 1 cannot be sent/);
  await ui.picture("import-wide", { width: 2560 });
  const [given, columns, first, refused, send] = await lefts(".drop", "#columns", "#preview", "#refused", "#send");
  assert.equal(given, columns);
  assert.ok(first > given + 600, `${given}, ${first}`);
  assert.deepEqual([refused, send], [first, first]);

  await ui.page.click("#send");
  await ui.says("#import-status", `Done: 1 of 2 users stored. ${KEPT}`);
  await ui.page.click("#mend");
  await ui.page.waitForSelector("#rows");
  await ui.picture("import-wide-mend", { width: 2560 });
  const [why, rows] = await lefts("#failures", "#rows");
  assert.ok(rows > why + 600, `${why}, ${rows}`);
});

test("an import is paused, goes on after a reload where it was, and keeps no secret", async () => {
  const count = 30_000;
  // One who exists already, behind where the import is paused: what was chosen for it holds after the reload.
  await client.user(`m${count - 1}`).create({ i: "before" });
  const path = await file("many.ndjson", lines(Array.from({ length: count }, (_, i) => ({ id: `m${i}`, data: { i } }))));
  await openImport();
  await choose(path);
  await ui.says("#import-status", "many.ndjson, NDJSON: 30\u00a0000 users, all valid. Nothing is sent yet.");
  await ui.page.click("#override");
  await ui.page.evaluate(hangAfterThreeBatches);
  await ui.page.click("#send");
  await ui.says("#rate", /of 30\s000 · [\d\s]+ users\/s · .+ left$/);
  await ui.picture("import-sending", { scheme: "dark" });
  await ui.page.click("#pause");
  await ui.says("#import-status", /^Paused at user [\d\s]+ of 30\s000\.$/);
  const paused = await ui.page.$eval("#progress", ({ value }) => value);
  assert.ok(paused > 0 && paused < count, `${paused}`);

  await ui.page.reload();
  await ui.page.waitForSelector("#file");
  const kept = await ui.page.evaluate(() => [sessionStorage.getItem("user-handle import"), localStorage.length, document.cookie]);
  assert.ok(!kept[0].includes("demo-secret-that-everybody-may-know"));
  assert.deepEqual(kept.slice(1), [0, ""]);
  await importView();
  await ui.says(".unfinished", /^many\.ndjson stopped at user [\d\s]+ of 30\s000\. Choose the file again to go on there\./);
  await choose(path);
  await ui.says("#import-status", /^Paused at user /);
  assert.equal(await ui.page.$eval("#progress", ({ value }) => value), paused);
  await ui.page.click("#resume");
  await ui.says("#import-status", "Done: 30\u00a0000 of 30\u00a0000 users stored.");
  for (const i of [0, paused - 1, paused, count - 1]) assert.deepEqual((await client.user(`m${i}`).get()).data, { i });
  assert.equal(await ui.page.evaluate(() => sessionStorage.getItem("user-handle import")), null);
});

test("while the service takes no users, that is said instead of how fast it goes, and the import goes on afterwards", async () => {
  for (const [name, isBusy, said] of [
    ["gone.ndjson", false, "The service does not answer: trying again to send gone.ndjson."],
    ["busy.ndjson", true, "The service answers 503: trying again to send busy.ndjson."],
  ]) {
    const path = await file(name, lines(Array.from({ length: 1_000 }, (_, i) => ({ id: `${name.split(".")[0]}-${i}` }))));
    await openImport();
    await choose(path);
    await ui.says("#import-status", `${name}, NDJSON: 1\u00a0000 users, all valid. Nothing is sent yet.`);
    await ui.page.evaluate((isBusy) => {
      const { fetch } = globalThis;
      let sent = 0;
      globalThis.fetch = async (url, init) => {
        const isBatch = init?.method === "POST" && String(url).includes("/users/");
        if (!isBatch || (sent += 1) <= 3 || globalThis.isBack) return fetch(url, init);
        if (isBusy) return new Response('{"detail":"busy"}', { status: 503, headers: { "content-type": "application/json" } });
        throw new TypeError("Failed to fetch");
      };
    }, isBusy);
    await ui.page.click("#send");
    await ui.says("#import-status", said);
    await ui.says("#rate", "300 of 1\u00a0000");
    await ui.picture("import-trouble", { width: 360 });
    await ui.page.evaluate(() => (globalThis.isBack = true));
    await ui.says("#import-status", `Done: 1\u00a0000 of 1\u00a0000 users stored. ${KEPT}`);
  }
});

test("a file that is chosen while another is sent has nothing of it, and the other goes on where it was", async () => {
  const rows = Array.from({ length: 1_000 }, (_, i) => `${i === 5 ? "a 5" : `a${i}`},${i}\n`);
  const first = await file("first.csv", `id,n\n${rows.join("")}`);
  const second = await file("second.csv", "name,id\nAda,b1\nBob,b2\n");
  await openImport();
  await choose(first);
  await ui.says("#import-status", /^first\.csv, CSV: 1\s000 users, of which 1 cannot be sent/);
  await ui.page.evaluate(hangAfterThreeBatches);
  await ui.page.click("#send");
  await ui.says("#rate", /^300 of 1\s000/);

  await choose(second);
  await ui.says("#import-status", "second.csv, CSV: 2 users, all valid. Nothing is sent yet.");
  assert.deepEqual(await columns(), [["name", "text", "name"], ["id", "id", ""]]);
  assert.equal(await ui.text("#preview"), '{"id":"b1","data":{"name":"Ada"}}\n{"id":"b2","data":{"name":"Bob"}}');
  const kept = await checkpoint();
  assert.deepEqual([kept.file.name, kept.checkpoint, kept.total], ["first.csv", 300, 1_000]);
  assert.deepEqual(kept.columns.map(({ name }) => name), ["id", "n"]);
  assert.deepEqual(kept.failures.map(({ id }) => id), ["a 5"]);

  await choose(first);
  await ui.says("#import-status", "Paused at user 300 of 1\u00a0000.");
});

test("imports that were left go on where each was, and are forgotten one by one", async () => {
  const [first, second] = await Promise.all(
    [1_000, 2_000].map((count) => file(`left-${count}.ndjson`, lines(Array.from({ length: count }, (_, i) => ({ id: `left-${i}` }))))),
  );
  await openImport();
  await ui.page.evaluate(hangAfterThreeBatches);
  for (const [path, count, reached] of [[first, "1\u00a0000", 300], [second, "2\u00a0000", 0]]) {
    await choose(path);
    await ui.says("#import-status", new RegExp(`: ${count} users, all valid`));
    await ui.page.click("#send");
    await ui.says("#rate", new RegExp(`^${reached} of ${count}`));
  }
  const left = () => ui.page.$$eval(".unfinished", (all) => all.map(({ textContent }) => textContent.split(" ")[0]));
  await ui.page.reload();
  await ui.page.waitForSelector(".unfinished");
  assert.deepEqual(await left(), ["left-2000.ndjson", "left-1000.ndjson"]);
  await ui.page.click(".unfinished button");
  await ui.page.waitForFunction(() => document.querySelectorAll(".unfinished").length === 1);
  assert.deepEqual(await left(), ["left-1000.ndjson"]);
  await choose(first);
  await ui.says("#import-status", "Paused at user 300 of 1\u00a0000.");
});

test("a client that is closed while users are sent leaves the import where it was", async () => {
  const path = await file("closed.ndjson", lines(Array.from({ length: 1_000 }, (_, i) => ({ id: `closed-${i}` }))));
  await openImport();
  await choose(path);
  await ui.says("#import-status", "closed.ndjson, NDJSON: 1\u00a0000 users, all valid. Nothing is sent yet.");
  await ui.page.evaluate(hangAfterThreeBatches);
  await ui.page.click("#send");
  await ui.says("#rate", /^300 of 1\s000/);
  await ui.page.click("#disconnect");
  await ui.page.waitForSelector("form.connect");
  await ui.page.click("form.connect button.main");
  await ui.page.waitForSelector("#user");
  await importView();
  await ui.says(".unfinished", /^closed\.ndjson stopped at user 300 of 1\s000\. /);
  await choose(path);
  await ui.says("#import-status", "Paused at user 300 of 1\u00a0000.");
});
