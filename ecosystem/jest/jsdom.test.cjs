// jsdom as it comes with Jest has neither fetch nor TextEncoder, Response or structuredClone: a `fetch` given to `connect` is all
// that a test needs.
const api = require("user-handle");
const klaim = require("user-handle/klaim");
const { mockService, userToken } = require("user-handle/testing");

const text = "é😀\ufeff";

test("operations", async () => {
  const service = mockService();
  const ada = api.connect("key", userToken("ada"), undefined, { fetch: service.fetch }).user("ada");
  await ada.create({ [text]: text });
  expect(service.user("ada").data).toEqual({ [text]: text });
  expect((await ada.get()).data).toEqual({ [text]: text });
  expect((await ada.update({ text: "a".repeat(100) + text })).data.text).toMatch(/a.*😀/);
  const error = await api.connect("key", userToken("ada"), undefined, { fetch: service.fetch }).user("ada").create().catch((it) => it);
  expect(`${error.name} ${error.code} ${error instanceof api.StreamApiError}`).toBe("StreamApiError conflict true");
  expect(() => ada.client.user("é")).toThrow(api.ValidationError);
  await ada.delete();
  expect(service.users()).toEqual([]);
});

test("reads that share a request, and failures", async () => {
  const service = mockService({ users: [{ id: "ada", data: { name: text } }] });
  const client = api.connect("key", async () => userToken("ada", { name: text }), undefined, { fetch: service.fetch });
  const [one, other] = await Promise.all([client.user("ada").get(), client.user("ada").get()]);
  expect([one.data, other.data, service.requests.length]).toEqual([{ name: text }, { name: text }, 1]);
  expect(one.data).not.toBe(other.data);
  service.fail("cut");
  service.fail({ status: 503, body: text });
  expect((await client.user("ada").get({ deadline: 20_000 })).data.name).toBe(text);
  service.fail({ status: 400, body: text });
  expect(await client.user("ada").get().catch(({ error }) => error)).toBe(text);
});

test("a stand-in of one's own", async () => {
  const body = { user_id: "é/😀", klaim_id: "k", email: "a@example.com", metadata: { text }, credit_balance: 0, created_at: 0 };
  const fetch = async () => ({ ok: true, status: 200, headers: new Headers(), text: async () => JSON.stringify(body) });
  const user = await klaim.connect("key", { baseUrl: "https://klaim.example/", fetch }).user("é/😀").get();
  expect(user.data).toEqual({ text });
});

test("a body that comes in pieces, in the middle of a character", async () => {
  const bytes = [...Buffer.from(JSON.stringify({ id: "ada", data: { text } }))];
  const fetch = async () => ({
    ok: true, status: 200, headers: new Headers(),
    body: { getReader: () => ({
      read: async () => (bytes.length ? { done: false, value: Uint8Array.of(bytes.shift()) } : { done: true }),
      cancel: async () => {},
    }) },
  });
  expect((await api.connect("key", null, undefined, { fetch }).user("ada").get()).data).toEqual({ text });
});

test("without a fetch, connecting says what is missing", () => {
  let error;
  try {
    api.connect("key", null);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(api.SiteError);
  expect(`${error.code}: ${error.message}; ${error.hint}`).toBe(
    "unsupported_runtime: this runtime has no fetch; use Node 18 or newer, or define globalThis.fetch",
  );
});
