// user-handle/react: the hook in a document, on the stand-in `fetch` of the package, and on the real server.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { afterEach, beforeEach, describe, test } from "node:test";

import "../support/dom.mjs";
import { MutationCache, QueryClient, QueryClientProvider, notifyManager, onlineManager, useIsMutating } from "@tanstack/react-query";
import { act, cleanup, configure, render, waitFor } from "@testing-library/react";
import { StrictMode, createElement } from "react";

import { esm, klaimFaces, project } from "../support/package.mjs";
import { PATIENCE } from "../support/patience.mjs";
import { Profile } from "../support/react-profile.mjs";
import { hooks } from "../support/react.mjs";
import { KEY, KLAIM_KEY, SECRET, startServer } from "../support/server.mjs";

const { mockService, userToken } = await import(`${project}/node_modules/user-handle/dist/testing.js`);

configure({ asyncUtilTimeout: PATIENCE });
// So that `act` waits for what is told.
notifyManager.setScheduler(queueMicrotask);

let service, client, queryClient, aborted, held;

beforeEach(() => {
  service = mockService({ users: [{ id: "ada", data: { name: "Ada" } }, { id: "eve", data: { name: "Eve" } }] });
  aborted = 0;
  held = undefined;
  const counting = async (input, init) => {
    init.signal.addEventListener("abort", () => (aborted += 1));
    if (init.method !== "GET") await held;
    return service.fetch(input, init);
  };
  client = esm.connect(KEY, userToken("ada"), undefined, { fetch: counting, retries: 0 });
  // What is collected later keeps the process.
  queryClient = new QueryClient({ defaultOptions: { queries: { gcTime: Infinity }, mutations: { gcTime: Infinity } } });
});
afterEach(() => {
  cleanup();
  queryClient.clear();
});

const within = (...children) =>
  createElement(QueryClientProvider, { client: queryClient }, createElement(hooks.UserHandleProvider, { client }, ...children));
const text = ({ container }) => container.textContent;
const shows = (page, expected) => waitFor(() => assert.equal(text(page), expected));
const sent = () => service.requests.map(({ method, path }) => `${method} ${path}`);

/** A page that shows a user, with what the hook gave last, and all that was shown. */
async function profile(id, { options, until } = {}) {
  const seen = [];
  const onRender = (user) => {
    profile.user = user;
    const { data } = user;
    const shown = data ? data.data.name : data;
    if (seen.length === 0 || seen.at(-1) !== shown) seen.push(shown);
  };
  const element = (id) => within(createElement(Profile, { id, onRender, options }));
  const page = render(element(id));
  if (until) await shows(page, until);
  return { ...page, seen, show: (id) => page.rerender(element(id)), get user() { return profile.user; } };
}

/** Writes, and gives what came of it when it is shown. */
const mutate = (mutation, given) => act(() => mutation.mutateAsync(given).catch((error) => error));

/** Writes while the service takes its time: what is shown `meanwhile`, what is done then, and what comes in the end. */
async function mutateSlowly(page, mutation, givens, meanwhile, during = () => {}) {
  let release;
  held = new Promise((resolve) => (release = resolve));
  const answers = givens.map((given) => mutation.mutateAsync(given).catch((error) => error));
  await shows(page, meanwhile);
  await during();
  release();
  return act(() => Promise.all(answers));
}

describe("reading", () => {
  test("a user is pending, then there: a plain record", async () => {
    const page = await profile("ada");
    assert.equal(text(page), "pending");
    await shows(page, "Ada");
    assert.deepEqual(Object.keys(page.user.data).sort(), ["created_at", "data", "id", "updated_at"]);
    assert.equal(Object.getPrototypeOf(page.user.data), Object.prototype);
    assert.deepEqual(sent(), ["GET user/ada/"]);
  });

  test("a user who is not there is null, and no error", async () => {
    const page = await profile("nobody", { until: "no nobody" });
    assert.deepEqual([page.user.status, page.user.error], ["success", null]);
    assert.deepEqual(sent(), ["GET user/nobody/"]);
  });

  test("what fails is an error with its code, asked once, and tried again when that is said", async () => {
    service.fail({ status: 503 });
    const page = await profile("ada", { until: "error server_error" });
    assert.ok(page.user.error instanceof esm.StreamApiError);
    assert.equal(service.requests.length, 1);
    await act(() => page.user.refetch());
    assert.equal(text(page), "Ada");
  });

  test("an id that no user can have is an error, and nothing is sent", async () => {
    await profile("../feed/x", { until: "error invalid_id" });
    assert.deepEqual(sent(), []);
  });

  test("without an id nothing is sent, until there is one", async () => {
    const page = await profile(undefined, { options: { enabled: true } });
    assert.deepEqual([page.user.status, page.user.fetchStatus], ["pending", "idle"]);
    page.show(null);
    assert.equal(page.user.fetchStatus, "idle");
    page.show("ada");
    await shows(page, "Ada");
    assert.deepEqual(sent(), ["GET user/ada/"]);
  });

  test("two components share one request", async () => {
    const page = render(within(createElement(Profile, { id: "ada" }), createElement(Profile, { id: "ada" })));
    await shows(page, "AdaAda");
    assert.deepEqual(sent(), ["GET user/ada/"]);
  });

  test("in StrictMode it is there as well, and what was asked for in vain is aborted", async () => {
    const page = render(createElement(StrictMode, null, within(createElement(Profile, { id: "ada" }))));
    await shows(page, "Ada");
    assert.equal(service.requests.length - aborted, 1);
  });

  test("who goes away aborts the request", async () => {
    service.fail("hang");
    const page = await profile("ada");
    await waitFor(() => assert.equal(service.requests.length, 1));
    page.unmount();
    assert.equal(aborted, 1);
  });

  test("another id is another user; the request for the first is aborted", async () => {
    service.fail("hang");
    const page = await profile("ada");
    await waitFor(() => assert.equal(service.requests.length, 1));
    page.show("eve");
    await shows(page, "Eve");
    assert.deepEqual(page.seen, [undefined, "Eve"]);
    assert.equal(aborted, 1);
  });

  test("what is equal when it is read again stays the same object, and nothing is rendered", async () => {
    const page = await profile("ada", { until: "Ada" });
    const before = page.user.data;
    let renders = 0;
    const counted = render(within(createElement(Profile, { id: "ada", onRender: () => (renders += 1), options: { staleTime: Infinity } })));
    assert.equal(text(counted), "Ada");
    await act(() => queryClient.refetchQueries());
    assert.equal(service.requests.length, 2);
    assert.equal(page.user.data, before);
    assert.equal(renders, 1);
  });

  test("options of TanStack Query are taken", async () => {
    const select = (record) => record && { data: { name: record.data.name.toUpperCase() } };
    await profile("ada", { options: { select }, until: "ADA" });
  });

  test("a client of one's own needs no provider", async () => {
    const page = render(
      createElement(QueryClientProvider, { client: queryClient }, createElement(Profile, { id: "ada", options: { client } })),
    );
    await shows(page, "Ada");
  });
});

describe("writing", () => {
  test("an update is shown at once, and what the service answers is kept: nothing is read again", async () => {
    const page = await profile("ada", { until: "Ada" });
    const given = { name: "Countess", born: new Date(0) };
    const [record] = await mutateSlowly(page, page.user.update, [given], "Countess", () => {
      assert.equal(page.user.data.data.born, "1970-01-01T00:00:00.000Z", "as it will be read");
    });
    assert.deepEqual(page.seen, [undefined, "Ada", "Countess"]);
    assert.deepEqual(record.data, { name: "Countess", born: "1970-01-01T00:00:00.000Z" });
    assert.deepEqual(page.user.data, record);
    assert.notEqual(page.user.data.updated_at, page.user.data.created_at);
    assert.equal(page.user.update.status, "success");
    assert.deepEqual(sent(), ["GET user/ada/", "PUT user/ada/"]);
  });

  test("an update that fails is taken back, says why, and the user is read again", async () => {
    const page = await profile("ada", { until: "Ada" });
    service.fail({ status: 503 }, { when: ({ method }) => method === "PUT" });
    const [error] = await mutateSlowly(page, page.user.update, [{ name: "Countess" }], "Countess");
    assert.equal(error.code, "server_error");
    assert.equal(page.user.update.error, error);
    await shows(page, "Ada");
    assert.deepEqual(page.seen, [undefined, "Ada", "Countess", "Ada"]);
    await waitFor(() => assert.deepEqual(sent(), ["GET user/ada/", "PUT user/ada/", "GET user/ada/"]));
  });

  test("an update that was made though its answer is lost is shown in the end", async () => {
    const page = await profile("ada", { until: "Ada" });
    service.fail("network", { when: ({ method }) => method === "PUT", applied: true });
    const error = await mutate(page.user.update, { name: "Countess" });
    assert.equal(error.mayHaveBeenApplied, true);
    await shows(page, "Countess");
  });

  test("data that cannot be sent is refused with its place, and what was shown is shown again", async () => {
    const page = await profile("ada", { until: "Ada" });
    const cycle = {};
    cycle.self = cycle;
    for (const [data, path] of [[{ name: "A", n: NaN }, "data.n"], [cycle, "data.self"]]) {
      const error = await mutate(page.user.update, data);
      assert.equal(error.path, path);
      assert.equal(text(page), "Ada");
    }
    assert.ok(sent().every((request) => request === "GET user/ada/"));
  });

  test("of updates that overlap, all failing, the first record comes back", async () => {
    const page = await profile("ada", { until: "Ada" });
    const online = service.fail("unreachable", { times: Infinity });
    await mutateSlowly(page, page.user.update, [{ name: "B" }, { name: "C" }], "C");
    assert.equal(text(page), "Ada");
    online();
  });

  for (const [title, refused, expected] of [["first", "B", "C"], ["last", "C", "B"]]) {
    test(`of updates that overlap, the ${title} failing, the other is kept`, async () => {
      const page = await profile("ada", { until: "Ada" });
      service.fail({ status: 400 }, { when: ({ body }) => body?.data?.name === refused });
      await mutateSlowly(page, page.user.update, [{ name: "B" }, { name: "C" }], "C");
      await shows(page, expected);
      await waitFor(() => assert.equal(queryClient.isFetching(), 0));
      assert.equal(text(page), expected);
      assert.ok(!page.seen.slice(2).includes("Ada"));
    });
  }

  test("no read brings back what was there: neither one from before a write, nor one from meanwhile", async () => {
    const page = await profile("ada", { until: "Ada" });
    const read = async (count) => {
      act(() => void page.user.refetch());
      await waitFor(() => assert.equal(sent().filter((request) => request.startsWith("GET")).length, count));
    };
    service.fail("hang", { when: ({ method }) => method === "GET", times: 2 });
    await read(2);
    await mutateSlowly(page, page.user.update, [{ name: "Countess" }], "Countess", async () => {
      assert.equal(aborted, 1);
      await read(3);
    });
    assert.equal(aborted, 2);
    assert.deepEqual([text(page), page.user.fetchStatus], ["Countess", "idle"]);
  });

  test("writes go out in the order in which they were called", async () => {
    const page = await profile("ada", { until: "Ada" });
    const { update, getOrCreate, delete: remove } = page.user;
    const answers = await act(() => Promise.all([
      update.mutateAsync({ name: "Countess" }), getOrCreate.mutateAsync({ name: "Nobody" }), remove.mutateAsync(),
    ]));
    assert.deepEqual(sent(), ["GET user/ada/", "PUT user/ada/", "POST user/", "DELETE user/ada/"]);
    assert.equal(answers[1].data.name, "Countess");
  });

  test("what is left of the result when it is taken apart has the mutations too", async () => {
    const { data, ...rest } = (await profile("ada", { until: "Ada" })).user;
    assert.deepEqual(["create", "getOrCreate", "update", "delete"].map((name) => typeof rest[name]?.mutate), Array(4).fill("function"));
    assert.equal(rest.isSuccess, true);
  });

  test("a user is created, kept by getOrCreate, deleted", async () => {
    client = esm.connect(KEY, userToken("new"), undefined, { fetch: service.fetch });
    const page = await profile("new", { until: "no new" });
    await mutate(page.user.create, { name: "New" });
    assert.equal(text(page), "New");
    assert.equal((await mutate(page.user.create)).code, "conflict");
    assert.equal(page.user.create.error.code, "conflict");
    assert.equal(text(page), "New");
    await mutate(page.user.getOrCreate, { name: "Other" });
    assert.equal(text(page), "New");
    assert.equal(typeof (await mutate(page.user.delete)).duration, "string");
    assert.equal(text(page), "no new");
    await mutate(page.user.getOrCreate, { name: "Other" });
    assert.equal(text(page), "Other");
  });

  test("who may not delete a user still sees that user", async () => {
    const page = await profile("eve", { until: "Eve" });
    const [error] = await mutateSlowly(page, page.user.delete, [undefined], "Eve");
    assert.equal(error.code, "not_allowed");
    assert.deepEqual(page.seen, [undefined, "Eve"]);
  });

  test("a user who is gone when it is updated is null", async () => {
    const page = await profile("ada", { until: "Ada" });
    await client.user("ada").delete();
    assert.equal((await mutate(page.user.update, { name: "Countess" })).code, "not_found");
    await shows(page, "no ada");
  });

  test("a write goes on without its component, and the next one sees it", async () => {
    const page = await profile("ada", { until: "Ada" });
    const done = page.user.update.mutateAsync({ name: "Countess" });
    page.unmount();
    await done;
    assert.equal(service.user("ada").data.name, "Countess");
    await profile("ada", { options: { staleTime: Infinity }, until: "Countess" });
  });

  test("one that was cleared from the cache while it was paused holds up no later one", async () => {
    const offline = await profile("ada", { until: "Ada" });
    onlineManager.setOnline(false);
    act(() => offline.user.update.mutate({ name: "Lost" }));
    await shows(offline, "Lost");
    offline.unmount();
    queryClient.clear();
    onlineManager.setOnline(true);
    const page = await profile("ada", { until: "Ada" });
    await mutate(page.user.delete);
    assert.equal(text(page), "no ada");
    await mutate(page.user.getOrCreate, { name: "Again" });
    assert.equal(text(page), "Again");
  });

  test("one that the mutation cache's own onMutate refuses fails with that alone", async () => {
    const refusal = new Error("read only");
    queryClient = new QueryClient({
      defaultOptions: { queries: { gcTime: Infinity }, mutations: { gcTime: Infinity } },
      mutationCache: new MutationCache({ onMutate() { throw refusal; } }),
    });
    const page = await profile("ada", { until: "Ada" });
    assert.equal(await mutate(page.user.update, { name: "Countess" }), refusal);
    assert.deepEqual([text(page), sent()], ["Ada", ["GET user/ada/"]]);
  });

  test("another id has not the errors of the first", async () => {
    const page = await profile("eve", { until: "Eve" });
    await mutate(page.user.update, { name: "Mallory" });
    assert.equal(page.user.update.error.code, "not_allowed");
    page.show("ada");
    assert.equal(page.user.update.error, null);
  });

  test("other components see that a user is being written", async () => {
    const counts = [];
    const Saving = () => void counts.push(useIsMutating({ mutationKey: hooks.userKey(client, "ada") }));
    const page = await profile("ada", { until: "Ada" });
    render(within(createElement(Saving)));
    await mutateSlowly(page, page.user.update, [{ name: "Countess" }], "Countess");
    assert.deepEqual(counts.filter((count, i) => count !== counts[i - 1]), [0, 1, 0]);
  });
});

describe("where it stands", () => {
  test("without a provider it says what is missing", () => {
    const Client = () => void hooks.useClient();
    const bare = (element) => () => render(createElement(QueryClientProvider, { client: queryClient }, element));
    const { error } = console;
    console.error = () => {}; // React tells of each error that nothing catches.
    try {
      for (const element of [createElement(Profile, { id: "ada" }), createElement(Client)]) {
        assert.throws(bare(element), { message: "useUser and useClient need a <UserHandleProvider client={client}> above them" });
      }
    } finally {
      console.error = error;
    }
  });

  test("CommonJS has the same", () => {
    const cjs = createRequire(`${project}/package.json`)("./node_modules/user-handle/dist/react.cjs");
    assert.deepEqual(Object.keys(cjs).sort(), Object.keys(hooks).sort());
    assert.deepEqual(cjs.userKey(client, "ada"), hooks.userKey(client, "ada"));
  });

  test("useClient gives the client", () => {
    let given;
    const Client = () => void (given = hooks.useClient());
    render(within(createElement(Client)));
    assert.equal(given, client);
  });

  test("keys tell roots, applications and users apart, and hold no key, secret or token", () => {
    const key = (apiKey, baseUrl, id) => hooks.userKey(esm.connect(apiKey, SECRET, undefined, { baseUrl, browser: false }), id);
    const keys = [
      key(KEY, "https://a.example/", "ada"), key("other", "https://a.example/", "ada"),
      key(KEY, "https://b.example/", "ada"), key(KEY, "https://a.example/", "eve"), key(KEY, "https://a.example/", null),
    ].map((key) => JSON.stringify(key));
    assert.equal(new Set(keys).size, keys.length);
    assert.doesNotMatch(keys.join(), /canary|other/);
    const page = hooks.userKey(esm.connect(KEY, userToken("eve"), undefined, { baseUrl: "https://a.example/" }), "ada");
    assert.equal(JSON.stringify(page), keys[0], "a page's client has the server's key");
  });
});

test("the real server: a profile is read, changed and deleted", async () => {
  const server = await startServer();
  try {
    const root = esm.connect(KEY, SECRET, undefined, { baseUrl: server.api, browser: false });
    await root.user("ada").create({ name: "Ada" });
    client = esm.connect(KEY, () => root.createUserToken("ada"), undefined, { baseUrl: server.api });
    const page = await profile("ada", { until: "Ada" });
    await mutate(page.user.update, { name: "Countess" });
    assert.deepEqual((await root.user("ada").get()).full, page.user.data);
    await mutate(page.user.delete);
    await shows(page, "no ada");
    assert.equal((await root.user("ada").get().catch((error) => error)).code, "not_found");
  } finally {
    cleanup();
    await server.stop();
  }
});

test("Klaim: the same hook; an update changes what is given, and a new id moves the user", async () => {
  const server = await startServer();
  try {
    const begun = [];
    const slowly = async (input, init) => {
      begun.push(init.method);
      if (init.method !== "GET") await held;
      return fetch(input, init);
    };
    const klaim = klaimFaces.import.connect(KLAIM_KEY, { baseUrl: server.klaim, fetch: slowly });
    client = klaim;
    let user;
    function KlaimProfile({ id }) {
      user = hooks.useUser(id, { client: hooks.useClient() });
      const { data } = user;
      return data ? [data.user_id, data.name, data.metadata?.plan].join(" ") : String(data);
    }
    const page = render(within(createElement(KlaimProfile, { id: "a/ü" })));
    await shows(page, "null");
    await mutate(user.create, { email: "ada@example.com", name: "Ada", metadata: { plan: "free" } });
    await shows(page, "a/ü Ada free");
    await mutateSlowly(page, user.update, [{ metadata: { plan: "pro" } }], "a/ü Ada pro");
    assert.equal((await klaim.user("a/ü").get()).full.metadata.plan, "pro");
    assert.equal((await mutate(user.update, { email: "none" })).code, "invalid_data");

    begun.length = 0;
    await mutateSlowly(page, user.update, [{ user_id: "countess", name: "Countess" }], "a/ü Ada pro", async () => {
      await waitFor(() => assert.deepEqual(begun, ["PUT"]));
      assert.equal(text(page), "a/ü Ada pro", "a move is not shown before the answer");
    });
    await shows(page, "null");
    assert.equal(queryClient.getQueryData(hooks.userKey(klaim, "countess")).name, "Countess");
  } finally {
    cleanup();
    await server.stop();
  }
});
