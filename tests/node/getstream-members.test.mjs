// The names and members that code for Stream's client touches, beside the calls: here, next to that client.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, describe, test } from "node:test";
import { inspect } from "node:util";

import getstream from "getstream";

import { faces, project } from "../support/package.mjs";
import { record, startRecorder } from "../support/recorder.mjs";
import { failure } from "../support/refusal.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

const server = await startServer();
const recorder = await startRecorder();
after(() => Promise.all([server.stop(), recorder.stop()]));

test("the default export has the names, in Node's module systems", () => {
  for (const [flag, program] of [
    ["module", 'import stream, { connect } from "user-handle"; import * as all from "user-handle"; console.log(all.default === stream, stream.connect === connect, new stream.StreamClient("key") instanceof all.StreamClient);'],
    ["commonjs", 'const stream = require("user-handle"); console.log(stream.default.connect === stream.connect, stream.default.StreamUser === stream.User, new stream.StreamClient("key") instanceof stream.Client);'],
  ]) {
    const told = execFileSync(process.execPath, [`--input-type=${flag}`, "--eval", program], { cwd: project, encoding: "utf8" });
    assert.equal(told, "true true true\n");
  }
});

for (const [face, api] of Object.entries(faces)) {
  describe(face, () => {
    const options = { urlOverride: { api: server.api } };
    const root = api.connect(KEY, SECRET, "1234", options);
    const token = root.createUserToken("gm-ada");

    test("new StreamClient and new StreamUser make what connect and user make", async () => {
      const client = new api.StreamClient(KEY, SECRET, "1234", options);
      assert.ok(client instanceof api.Client && client instanceof api.StreamClient);
      const user = await new api.StreamUser(client, "gm-made").getOrCreate({ made: true });
      assert.ok(user instanceof api.StreamUser && client.user("eve") instanceof api.User);
      assert.deepEqual(user.data, { made: true });
      await user.delete();
    });

    test("a handle has the client's token, or the one that it was made with", async () => {
      const theirs = getstream.connect(KEY, token, "1234", options);
      const ours = api.connect(KEY, token, "1234", options);
      for (const [client, { StreamUser }] of [[theirs, getstream], [ours, api]]) {
        const user = client.user("gm-ada");
        assert.equal(user.client, client);
        assert.deepEqual([user.token, client.userToken, client.getOrCreateToken(), client.apiSecret], [token, token, token, null]);
        const eve = new StreamUser(client, "gm-eve", root.createUserToken("gm-eve"));
        assert.equal(eve.client, client);
        assert.equal(eve.token, root.createUserToken("gm-eve"));
        // The client's own token may not write there.
        assert.equal((await failure(() => client.user("gm-eve").getOrCreate({ a: 1 }))).response.status, 403);
        assert.deepEqual((await eve.getOrCreate({ a: 1 })).data, { a: 1 });
        await eve.delete();
      }
    });

    test("a handle with a token of its own ends with its client", async () => {
      const client = api.connect(KEY, token, "1234", options);
      const eve = new api.StreamUser(client, "gm-eve", root.createUserToken("gm-eve"));
      await eve.getOrCreate({});
      await eve.delete();
      client[Symbol.dispose]();
      assert.equal((await failure(() => eve.get())).code, "not_connected");
    });

    test("with the secret there is a token for servers, and no user token", () => {
      const theirs = getstream.connect(KEY, SECRET, "1234", options);
      const seen = ({ apiSecret, userToken }) => ({ apiSecret, userToken });
      assert.deepEqual(seen(root), seen(theirs));
      assert.equal(root.getOrCreateToken().split(".").length, 3);
      assert.equal(root.user("ada").token, root.getOrCreateToken());
    });

    test("an anonymous client has neither", () => {
      const anonymous = api.connect(KEY, null);
      assert.deepEqual([anonymous.apiSecret, anonymous.userToken, anonymous.getOrCreateToken()], [null, null, null]);
    });

    test("nothing shows the token of a handle or the secret of a client", () => {
      const client = api.connect(KEY, token, "1234", options);
      const eve = new api.StreamUser(client, "gm-eve", root.createUserToken("gm-eve"));
      const secrets = [SECRET, token, eve.token, root.getOrCreateToken()];
      for (const value of [root, client, client.currentUser, eve, root.user("ada")]) {
        const told = [inspect(value, { depth: 9, showHidden: true }), JSON.stringify(value), String(value), Object.keys(value).join()];
        for (const secret of secrets) assert.ok(!told.some((text) => text.includes(secret)), inspect(told));
      }
    });

    test("a handle does for an id, in a program with both clients", async () => {
      const theirs = getstream.connect(KEY, SECRET, "1234", options);
      const handle = await root.user("gm-mixed").getOrCreate({ name: "Ada" });
      assert.equal(`${handle}`, "gm-mixed");
      const feed = theirs.feed("user", handle);
      assert.equal(feed.id, "user:gm-mixed");
      await theirs.feed("timeline", "gm-mixed").follow("user", handle);
      await feed.addActivity({ actor: handle, verb: "write", object: "note:1" });
      const { results } = await theirs.feed("timeline", "gm-mixed").get({ enrich: true });
      assert.deepEqual(results[0].actor.data, { name: "Ada" });
      await handle.delete();
    });

    test("data and the current user can be assigned", async () => {
      const client = api.connect(KEY, token, "1234", options);
      const user = client.user("gm-ada");
      user.data = { assigned: 1 };
      assert.deepEqual((await user.create()).data, { assigned: 1 });
      client.currentUser = user;
      assert.equal(client.currentUser, user);
      const own = await client.setUser({ ignored: true });
      assert.equal(client.currentUser, own);
      await own.delete();
    });

    test("setUser takes no data, and ignores a token behind it", async () => {
      for (const [name, connect] of [["getstream", getstream.connect], ["ours", api.connect]]) {
        const client = connect(KEY, root.createUserToken(`gm-own-${name}`), "1234", options);
        assert.deepEqual((await client.setUser()).data, {}, name);
        assert.deepEqual((await client.setUser({ id: "x", name: "Ada" }, "token")).data, {}, name);
        await client.currentUser.delete();
      }
    });

    test("listeners with two and three parameters are called as by Stream's client", async () => {
      const told = {};
      for (const [name, connect] of [["theirs", getstream.connect], ["ours", api.connect]]) {
        const calls = (told[name] = []);
        const client = connect(KEY, SECRET, "1234", options);
        client.on("request", (method, { url }) => calls.push([method, url]));
        client.on("response", (error, response, data) => calls.push([error, response.status, response.data === data, data.id]));
        await client.user("gm-told").getOrCreate({});
        await client.user("gm-told").get();
        await failure(() => client.user("gm-nobody").get());
        client.off();
        await client.user("gm-told").delete();
      }
      assert.deepEqual(told.ours, told.theirs);
      assert.equal(told.ours.length, 5);
    });

    test("an id of another system is signed and connects; a call says which characters the service takes", async () => {
      const theirs = getstream.connect(KEY, SECRET, "1234", options);
      for (const id of ["auth0|x", 'quote " and \\', "übung", "a b"]) {
        const signed = root.createUserToken(id);
        assert.equal(signed, theirs.createUserToken(id));
        const client = api.connect(KEY, signed, "1234", { urlOverride: { api: recorder.api } });
        assert.deepEqual([client.userId, client.currentUser.id], [id, id]);
        recorder.requests.length = 0;
        for (const [path, call] of [
          ["id", () => client.currentUser.get()],
          ["id", () => client.currentUser.create({})],
          ["user_id in user token", () => client.setUser({})],
        ]) {
          const { code, message } = await failure(call);
          assert.equal(code, "invalid_id");
          assert.match(message, new RegExp(`^${path} may only hold letters, digits, - and _, but has `));
        }
        assert.equal(recorder.requests.length, 0);
        // What concerns another user goes through.
        recorder.answer = () => ({ body: record("ada") });
        assert.equal((await client.user("ada").get()).id, "ada");
      }
      assert.throws(() => root.createUserToken(""), { code: "invalid_id", message: "userId is empty" });
      assert.throws(() => root.createUserToken("\ud800"), { code: "invalid_id", message: "userId has half of a surrogate pair" });
    });

    test("an error has what its status is called", async () => {
      const error = await failure(() => root.user("gm-nobody").get());
      const { response } = await failure(() => getstream.connect(KEY, SECRET, "1234", options).user("gm-nobody").get());
      assert.equal(error.response.statusText, response.statusText);
      assert.equal(error.response.statusText, "Not Found");
    });
  });
}
