// Users of a batch, checked and written. Not in the build for browsers.

import { write } from "../../src/js/walk.js";
import { memberProperty } from "./arguments.js";
import { ADD_USERS } from "./client.js";
import { call } from "./connection.js";
import { optionError } from "./errors.js";
import { current, enter } from "./load.js";
import { marksOf } from "./marks.js";

const HEAD = '{"users":[';
/** Of a user: `,{"id":"`, the id, what is between, the data, and `}`. */
const PIECES = 5;

const encoded = (text) => new TextEncoder().encode(text);

/** Users as they are sent, with their places where they come from. */
export class Written {
  /** UTF-8, which lies outside the engine's heap. */
  #body;

  constructor(indices, marks, body) {
    Object.assign(this, { indices, marks });
    this.#body = body;
  }

  get length() { return this.indices.length; }

  get #text() { return new TextDecoder().decode(this.#body); }

  /** Read from the bytes, which a stand-in for `fetch` has had. */
  get #parsed() {
    try {
      return JSON.parse(this.#text);
    } catch {
      throw optionError("option fetch must neither change nor transfer the bodies that it is given");
    }
  }

  /** The id of the first; nobody asks for it but where something went wrong. */
  get firstId() { return this.#parsed.users[0].id; }

  slice(start, end) {
    const { users, override } = this.#parsed;
    const part = users.slice(start, end);
    const marks = marksOf(part.map(({ id }) => id));
    return new Written(this.indices.slice(start, end), marks, encoded(JSON.stringify({ users: part, override })));
  }

  /** Sends them in one request. */
  send(client, options) {
    return this.#send(client, options, this.#text, false);
  }

  /** Sends them where nobody reads the answer: as bytes, and of the answer little is kept. */
  sendTersely(client, options) {
    return this.#send(client, options, this.#body, true);
  }

  #send(client, options, body, isTerse) {
    return client[call](() => [ADD_USERS, String(this.length), body, isTerse, this], options);
  }
}

/** Checks and writes users, one after the other. */
export class Writer {
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
    const id = memberProperty(user, index, "id");
    if (typeof id !== "string") checkMember(id, index);
    const data = memberProperty(user, index, "data") ?? undefined;
    const text = data === undefined ? "" : dataText(data, id, index);
    this.#indices.push(index);
    this.#ids.push(id);
    this.#pieces.push(',{"id":"', id, data === undefined ? '"' : '","data":', text, "}");
    return id.length + text.length;
  }

  /** What was added, and those whose ids are refused, with the errors: ids are checked all at once. */
  written() {
    const { areIds } = current().exports;
    const refused = [];
    let [indices, ids, pieces] = [this.#indices, this.#ids, this.#pieces];
    if (ids.length > 0 && !enter(() => areIds(ids.join(), ids.length))) {
      const isFine = ids.map((id, i) => {
        try {
          return checkMember(id, indices[i]), true;
        } catch (error) {
          return !refused.push({ index: indices[i], id, error });
        }
      });
      [indices, ids] = [indices, ids].map((list) => list.filter((_, i) => isFine[i]));
      pieces = pieces.filter((_, i) => isFine[Math.floor(i / PIECES)]);
    }
    // Before the first there is no comma. Joined at once: what is put together bit by bit is kept in bits.
    pieces[0] = HEAD + (pieces[0] ?? "").slice(1);
    pieces.push(this.#tail);
    return { users: new Written(new Float64Array(indices), marksOf(ids), encoded(pieces.join(""))), refused };
  }
}

/** Throws what is wrong with an id. */
const checkMember = (id, index) => enter(() => current().exports.checkMember(id, index));

function dataText(data, id, index) {
  const { depth, inObject, inArray, maxBytes } = dataRules();
  const written = write(data, depth, inObject, inArray);
  // Nearly all there is: a UTF-16 unit is at most three bytes. A refusal begins with a control character.
  if (3 * written.length <= maxBytes && written[0] === "{") return written;
  checkMember(id, index);
  return enter(() => current().exports.judgeData(written, data, index));
}

let rules;

/** The rules for data, by which Rust has it written, and the bytes that it may have. */
function dataRules() {
  if (rules === undefined) {
    const [depth, inObject, inArray, maxBytes] = enter(() => [0, 1, 2, 3].map((it) => current().exports.dataRule(it)));
    rules = { depth, inObject, inArray, maxBytes };
  }
  return rules;
}
