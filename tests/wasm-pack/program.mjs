// What a program does with the module, whichever target it was built for: in Node and in pages. It throws where something is
// not as it has to be, and gives what it has seen.

/** Uses the module's exports against the stand-in server. `more` are options of `connect`. */
export async function use({ connect, isUserHandleError, user, User }, { key, secret, baseUrl, more }) {
  const failure = async (work) => {
    try {
      await work();
    } catch (error) {
      const { name, code, message } = error;
      return { name, code, message, isError: error instanceof Error, isOwn: isUserHandleError(error) };
    }
    throw new Error("it did not fail");
  };
  const seen = {};
  seen.unconnected = await failure(() => user("ada"));

  const client = connect(key, secret, undefined, { baseUrl, ...more });
  const events = [];
  const stop = client.on("request", ({ operation }) => events.push(operation));
  const ada = user("ada");
  const made = await ada.getOrCreate({ name: "Ada" });
  seen.isHandle = made instanceof User;
  seen.data = [made.data, ada.data, JSON.parse(JSON.stringify(ada)).data];
  await made.update({ name: "Ada Lovelace", born: 1815 });
  seen.read = (await client.user("ada").get()).data;
  seen.counts = (await ada.profile()).full.followers_count;
  seen.reference = [ada.ref(), client.users.ref("bob")];
  seen.listed = (await client.users.add("bob", { n: 1 }, true)).data;
  seen.deleted = Object.keys(await client.users.delete("bob"));
  stop();
  seen.events = events;

  seen.invalid = await failure(() => ada.update({ born: NaN }));
  seen.missing = await failure(() => client.user("nobody").get());
  const controller = new AbortController();
  controller.abort(new Error("enough"));
  seen.aborted = await failure(() => ada.get({ signal: controller.signal }));

  const own = connect(key, async () => client.createUserToken("eve"), undefined, { baseUrl });
  const eve = await own.setUser({ name: "Eve" });
  seen.own = [eve.id, own.userId, own.currentUser.data, own.rateLimit.limit > 0];
  await Promise.all([ada.delete(), eve.delete()]);
  return seen;
}

/** What `use` gives. */
export const EXPECTED = {
  unconnected: { name: "SiteError", code: "not_connected", message: "there is no client yet", isError: true, isOwn: true },
  isHandle: true,
  data: [{ name: "Ada" }, { name: "Ada" }, { name: "Ada" }],
  read: { name: "Ada Lovelace", born: 1815 },
  counts: 0,
  reference: ["SU:ada", "SU:bob"],
  listed: { n: 1 },
  deleted: ["duration"],
  events: ["getOrCreate", "update", "get", "get", "getOrCreate", "delete"],
  invalid: {
    name: "ValidationError", code: "unrepresentable_value", message: "data.born is NaN, which JSON cannot hold",
    isError: true, isOwn: true,
  },
  missing: {
    name: "StreamApiError", code: "not_found",
    message: 'get of user nobody failed: user "nobody" does not exist (HTTP 404, DoesNotExistException)',
    isError: true, isOwn: true,
  },
  aborted: { name: "Error", code: undefined, message: "enough", isError: true, isOwn: false },
  own: ["eve", "eve", { name: "Eve" }, true],
};
