// The client of the second service, its users as a collection, and the arguments of `connect`.

import { checkOptions, limits, property, text, textOption, wrong } from "../arguments.js";
import { Connection, call } from "../connection.js";
import { badInput, optionError, siteError } from "../errors.js";
import { checkedUrl } from "../options.js";
import { ADD, CREATE, KlaimUser, LIST, fieldsOf } from "./user.js";

export class KlaimClient extends Connection {
  #users;

  constructor(apiKey, options) {
    const { opening, deadline } = connectArguments(apiKey, options);
    super({ opening, deadline });
    Object.defineProperty(this, "baseUrl", { value: opening[0], enumerable: true });
  }

  get users() { return (this.#users ??= new KlaimUsers(this)); }

  user(userId) {
    return new KlaimUser(this, userId);
  }
}

class KlaimUsers {
  #client;

  constructor(client) {
    this.#client = client;
  }

  async add(user, options) {
    const record = await this.#client[call](() => {
      const fields = fieldsOf(user, "userId");
      const { userId } = fields;
      // Without an id there is nobody whose other writes it could overtake.
      return userId === undefined ? [ADD, undefined, fields, undefined, []] : [CREATE, userId, fields];
    }, options);
    return KlaimUser.of(this.#client, record);
  }

  async get(userId, options) {
    return this.#client.user(userId).get(options);
  }

  async update(userId, changes, options) {
    return this.#client.user(userId).update(changes, options);
  }

  async *list(options) {
    let cursor;
    for (;;) {
      const behind = cursor;
      const { data, lastKey } = await this.#client[call](() => [LIST, undefined, undefined, behind], options);
      // The last page has none.
      cursor = typeof lastKey === "object" && lastKey !== null ? JSON.stringify(lastKey) : undefined;
      if (cursor !== undefined && cursor === behind) {
        throw siteError("invalid_response", "list of the users failed: the service gave the same page again");
      }
      yield* data;
      if (cursor === undefined) return;
    }
  }
}

/** The arguments of `Core.open`, from those of `connect`; src/klaim/client.rs has the same rules. */
function connectArguments(apiKey, options) {
  checkOptions(options);
  const key = text(apiKey, "apiKey");
  if (!key) throw badInput("invalid_option", "the API key is missing", "pass it to connect");
  if (!/^[!-~]+$/.test(key)) {
    // `fetch` would refuse it with a text that repeats it.
    throw badInput(
      "invalid_option",
      "apiKey may only hold visible ASCII characters: it travels in a header",
      "look for a line break at its end",
    );
  }
  const baseUrl = textOption(options, "baseUrl");
  if (baseUrl === undefined) {
    throw badInput(
      "invalid_option",
      "option baseUrl is missing",
      "Klaim documents no address of its own: pass the one that you were given",
    );
  }
  const fetch = property(options, "fetch");
  if (fetch !== undefined && typeof fetch !== "function") throw wrong("option fetch", "a function", fetch);
  const bounds = limits(options);
  const root = checkedUrl("baseUrl", baseUrl);
  return {
    opening: [root, "", `Bearer ${key}`, false, undefined, fetch, ...bounds],
    // As options.rs has it.
    deadline: bounds[1] ?? 30_000,
  };
}
