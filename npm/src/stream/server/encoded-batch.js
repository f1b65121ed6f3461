// Users of a batch, checked and encoded. Not in the build for browsers.
//
// An import has thousands of users in flight. What lives for each until the answer comes costs it more memory than all else:
// so a batch is kept as bytes, outside the engine's heap, with a few numbers for each user.

import { write } from "../../../../src/js/walk.js";
import { current, enter, refusal } from "../../load.js";
import { inside } from "../../session.js";
import { rules } from "./rules.js";

const HEAD = '{"users":[';
/** Of a user: `,{"id":"`, the id, what is between, the data, and `}`. */
const PIECES = 5;

const encoded = (text) => new TextEncoder().encode(text);

/** The hashes of ids; none where one is refused. */
const hashesOf = (ids) => enter(() => current().exports.idHashes(ids.join(), ids.length));

/** Users as they are sent, with their places where they come from. */
export class EncodedBatch {
  /** UTF-8, which lies outside the engine's heap. */
  #body;

  constructor(indices, hashes, body) {
    Object.assign(this, { indices, hashes });
    this.#body = body;
  }

  get length() { return this.indices.length; }

  get #text() { return new TextDecoder().decode(this.#body); }

  /** Read from the bytes, which a stand-in for `fetch` has had. */
  get #parsed() {
    try {
      return JSON.parse(this.#text);
    } catch {
      throw refusal("body");
    }
  }

  /** The id of the first; nobody asks for it but where something went wrong. */
  get firstId() { return this.#parsed.users[0].id; }

  slice(start, end) {
    const { users, override } = this.#parsed;
    const part = users.slice(start, end);
    const hashes = hashesOf(part.map(({ id }) => id));
    return new EncodedBatch(this.indices.slice(start, end), hashes, encoded(JSON.stringify({ users: part, override })));
  }

  /** Sends them in one request. */
  send(client, options) {
    return this.#send(client, options, this.#text, false);
  }

  /** Sends them where nobody reads the answer: as bytes, and of the answer little is kept. */
  sendWithoutAnswer(client, options) {
    return this.#send(client, options, this.#body, true);
  }

  async #send(client, options, body, discardsAnswer) {
    const session = inside(client).opened();
    return enter(() => session.addUsers(body, this.hashes, discardsAnswer, options));
  }
}

/** Checks and encodes users, one after the other. */
export class BatchEncoder {
  #tail;
  #indices = [];
  #ids = [];
  /** Of each user `PIECES`. */
  #pieces = [];

  /** With `override`, the service replaces users that it has. */
  constructor(override) {
    this.#tail = `],"override":${Boolean(override)}}`;
  }

  /** Adds a user, whose data is checked; gives the characters that it takes. */
  add(user, index) {
    if (typeof user !== "object" || user === null) throw refusal("object", `users[${index}]`, user);
    const id = property(user, index, "id");
    if (typeof id !== "string") checkMember(id, index);
    const data = property(user, index, "data") ?? undefined;
    checkKeys(user, index);
    const text = data === undefined ? "" : dataText(data, id, index);
    this.#indices.push(index);
    this.#ids.push(id);
    this.#pieces.push(',{"id":"', id, data === undefined ? '"' : '","data":', text, "}");
    return id.length + text.length;
  }

  /** What was added, and those whose ids are refused, with the errors: ids are checked all at once. */
  finish() {
    const refused = [];
    let [indices, ids, pieces] = [this.#indices, this.#ids, this.#pieces];
    let hashes = hashesOf(ids);
    if (ids.length > 0 && hashes.length === 0) {
      const isFine = ids.map((id, i) => {
        try {
          return checkMember(id, indices[i]), true;
        } catch (error) {
          return !refused.push({ index: indices[i], id, error });
        }
      });
      [indices, ids] = [indices, ids].map((list) => list.filter((_, i) => isFine[i]));
      pieces = pieces.filter((_, i) => isFine[Math.floor(i / PIECES)]);
      hashes = hashesOf(ids);
    }
    // Before the first there is no comma. Joined at once: what is put together bit by bit is kept in bits.
    pieces[0] = HEAD + (pieces[0] ?? "").slice(1);
    pieces.push(this.#tail);
    return { users: new EncodedBatch(new Float64Array(indices), hashes, encoded(pieces.join(""))), refused };
  }
}

/** Throws what is wrong with an id. */
const checkMember = (id, index) => enter(() => current().exports.checkMember(id, "users", index, ".id"));

let memberKeys;

/** A key that the service does not know would be lost without a word. */
function checkKeys(user, index) {
  memberKeys ??= new Set(rules().memberKeys.split(","));
  let unknown;
  try {
    for (const key in user) if (!memberKeys.has(key) && user[key] !== undefined) unknown ??= key;
  } catch (thrown) {
    throw refusal("unreadable", `users[${index}]`, undefined, thrown);
  }
  if (unknown !== undefined) throw refusal("key", `users[${index}]`, unknown);
}

function property(user, index, name) {
  try {
    return user[name];
  } catch (thrown) {
    throw refusal("unreadable", `users[${index}]`, name, thrown);
  }
}

function dataText(data, id, index) {
  const { depth, inObject, inArray, maxBytes } = rules();
  const text = write(data, depth, inObject, inArray);
  // Nearly all there is: a UTF-16 unit is at most three bytes. A refusal begins with a control character.
  if (3 * text.length <= maxBytes && text[0] === "{") return text;
  checkMember(id, index);
  return enter(() => current().exports.judgeData(text, data, index));
}
