// Stream's JavaScript client: each operation, run.

import getstream from "getstream";

/** Gives `outcomeOf(operation)` of a client of the server at `url`; undefined where the client has no such operation. */
export function javascript({ url, key, secret }) {
  const options = { urlOverride: { api: `${url}/api/` } };
  const connect = (credentials) => getstream.connect(key, credentials, "1234", options);
  const client = connect(secret);
  const feed = client.feed("user", "ada");
  const timeline = client.feed("timeline", "bob");
  const activity = (object, more) => ({ actor: client.user("ada"), verb: "wave", object, ...more });
  const operations = {
    add: () => client.user("ada").create({ name: "Ada" }),
    addAgain: () => client.user("ada").create({ name: "Ada" }),
    getOrCreate: () => client.user("ada").getOrCreate({ name: "Eve" }),
    addWithoutData: () => client.user("bob").create(),
    get: () => client.user("ada").get(),
    getMissing: () => client.user("nobody").get(),
    wrongSecret: () => connect(`${secret}, not`).user("ada").get(),
    profile: () => client.user("ada").profile(),
    update: () => client.user("ada").update({ name: "Countess" }),
    updateWithoutData: () => client.user("bob").update(),
    addMany: () => client.addUsers([{ id: "cid", data: { n: 1 } }, { id: "dan" }]),
    getMany: () => client.getUsers(["cid", "dan", "nobody"]),
    deleteMany: () => client.deleteUsers(["cid", "dan"]),
    flag: () => client.user("bob").flag({ reason: "spam", user_id: "ada" }),
    userToken: () => connect(client.createUserToken("eve")).currentUser.create({ name: "Eve" }),
    addActivity: () => feed.addActivity(activity("place:0")),
    addActivities: () => feed.addActivities([activity("place:2", { time: "2020-11-21T07:00:00" }), activity("place:1")]),
    read: () => feed.get({ limit: 1 }),
    readEnriched: () => feed.get({ limit: 1, enrich: true }),
    readReactions: () =>
      feed.get({ limit: 1, withOwnReactions: true, withRecentReactions: true, withReactionCounts: true, user_id: "ada" }),
    follow: () => timeline.follow("user", "ada"),
    unfollow: () => timeline.unfollow("user", "ada"),
    followers: () => feed.followers(),
    removeActivity: () => feed.removeActivity("1b3c"),
    delete: () => client.user("ada").delete(),
  };
  return async function outcomeOf(operation) {
    try {
      const result = await operations[operation]();
      // A handle keeps all of the answer but how long it took.
      return { answer: result.full ? { ...result.full, duration: "0.00ms" } : result };
    } catch (error) {
      if (!(error instanceof getstream.StreamApiError)) throw error;
      return { error: { ...error.error, status: error.response.status } };
    }
  };
}

/** A user's token of another SDK, in this client. */
export async function withToken({ url, key }, token) {
  const client = getstream.connect(key, token, "1234", { urlOverride: { api: `${url}/api/` } });
  const { full } = await client.currentUser.create({ name: "Eve" });
  return { answer: { ...full, duration: "0.00ms" } };
}
