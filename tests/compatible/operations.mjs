// What Stream's SDKs ask of the server, in the order in which it is asked, and what it answers to each of them. Of an SDK that
// is replayed, the requests are in requests/. Strings such as `<duration>` stand for texts of that kind.

/** How texts of a kind look. An SDK that parses them may ask for more. */
export const KINDS = {
  "<duration>": /^\d+\.\d\dms$/,
  "<user time>": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/,
  "<activity time>": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/,
  "<id>": /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  "<text>": /^/,
};

const duration = "<duration>";
const record = (id, data) => ({ id, created_at: "<user time>", updated_at: "<user time>", data });
const user = (id, data) => ({ ...record(id, data), duration });
const activity = (object, time = "<activity time>") => ({
  actor: "SU:ada", verb: "wave", object, foreign_id: "", target: "", id: "<id>", origin: null, time,
});
const enriched = { ...activity("place:1"), actor: record("ada", { name: "Countess" }) };
const page = (result) => ({ results: [result], next: "<text>", duration });

/** The operations by their names: what they are, and the `answer`, or the `error`. */
export const OPERATIONS = {
  add: { title: "add a user", answer: user("ada", { name: "Ada" }) },
  addAgain: { title: "add a user who exists", error: { status: 409, code: 22, exception: "ConflictException" } },
  getOrCreate: { title: "get or create one who exists, who is not changed", answer: user("ada", { name: "Ada" }) },
  addWithoutData: { title: "add a user without data", answer: user("bob", {}) },
  get: { title: "get a user", answer: user("ada", { name: "Ada" }) },
  getMissing: { title: "get a user who does not exist", error: { status: 404, code: 16, exception: "DoesNotExistException" } },
  wrongSecret: { title: "get a user with a wrong secret", error: { status: 403, code: 17, exception: "NotAllowedException" } },
  profile: {
    title: "get a user with follow counts",
    answer: { ...user("ada", { name: "Ada" }), followers_count: 0, following_count: 0 },
  },
  update: { title: "update a user", answer: user("ada", { name: "Countess" }) },
  updateWithoutData: { title: "update a user without data", answer: user("bob", {}) },
  addMany: { title: "add users", answer: { created_users: [record("cid", { n: 1 }), record("dan", {})], duration } },
  getMany: { title: "get users", answer: { users: [record("cid", { n: 1 }), record("dan", {})], duration } },
  deleteMany: { title: "delete users", answer: { deleted_user_ids: ["cid", "dan"], duration } },
  flag: {
    title: "flag a user",
    answer: { created_at: "<user time>", flag_id: "<text>", target_user_id: "bob", flagged_by: "ada", reason: "spam", duration },
  },
  userToken: { title: "make a token, with which a user adds itself", answer: user("eve", { name: "Eve" }) },
  addActivity: { title: "add an activity", answer: { ...activity("place:0"), duration } },
  addActivities: {
    title: "add activities",
    answer: { activities: [activity("place:2", "2020-11-21T07:00:00.000000"), activity("place:1")], duration },
  },
  read: { title: "read a feed", answer: page(activity("place:1")) },
  readEnriched: { title: "read a feed with users in it", answer: page(enriched) },
  readReactions: {
    title: "read a feed with reactions, of which there are none",
    answer: page({ ...enriched, own_reactions: {}, latest_reactions: {}, latest_reactions_extra: {}, reaction_counts: {} }),
  },
  follow: { title: "follow a feed", answer: { duration } },
  unfollow: { title: "unfollow a feed", answer: { duration } },
  followers: {
    title: "list followers: refused in words",
    error: { status: 404, code: 16, detail: "lists of followers are not supported by this server" },
  },
  removeActivity: {
    title: "remove an activity: refused in words",
    error: { status: 404, code: 16, detail: "removals of activities are not supported by this server" },
  },
  delete: { title: "delete a user", answer: { duration } },
};
