// Users of a batch, checked and written. Not in the build for browsers.

import { write } from "../../src/js/walk.js";
import { memberProperty } from "./arguments.js";
import { ADD_USERS } from "./client.js";
import { call } from "./connection.js";
import { current, enter } from "./load.js";
import { Marks } from "./marks.js";

const HEAD = '{"users":[';
/** Of a user: `{"id":"` with a comma, the id, what is between, the data, and `}`. */
const PIECES = 5;

/** Users as they are sent, with their places where they come from. */
export class Written {
  /** One text for all, or its bytes, and where each user ends in the text: far less to keep than a text for each. */
  #body;
  #ends;

  constructor(indices, marks, body, ends) {
    Object.assign(this, { indices, marks });
    this.#body = body;
    this.#ends = ends;
  }

  get length() { return this.indices.length; }

  get #text() { return typeof this.#body === "string" ? this.#body : new TextDecoder().decode(this.#body); }

  /** Their ids, read from what is sent: nobody asks for them but where something went wrong, or is read meanwhile. */
  *[Symbol.iterator]() {
    for (const { id } of JSON.parse(this.#text).users) yield id;
  }

  /** Keeps bytes from now on. They lie outside the engine's heap, and it need not copy them while they wait for an answer. */
  pack() {
    this.#body = new TextEncoder().encode(this.#body);
  }

  slice(start, end) {
    const from = start === 0 ? 0 : this.#ends[start - 1] + 1;
    const text = this.#text;
    const json = text.slice(HEAD.length + from, HEAD.length + this.#ends[end - 1]);
    const tail = text.slice(HEAD.length + this.#ends.at(-1));
    const ends = this.#ends.slice(start, end).map((it) => it - from);
    const marks = new Marks([...this].slice(start, end));
    return new Written(this.indices.slice(start, end), marks, HEAD + json + tail, ends);
  }

  /** Sends them in one request; `isTerse` where nobody reads the answer. */
  send(client, options, isTerse) {
    return client[call](() => [ADD_USERS, String(this.length), this.#body, isTerse, this], options);
  }
}

/** Checks and writes users, one after the other. */
export class Writer {
  #override;
  #indices = [];
  #ids = [];
  /** Of each user `PIECES`. */
  #pieces = [];

  /** With `override`, the service replaces users that it has. */
  constructor(override) {
    this.#override = override;
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
    const ends = new Uint32Array(ids.length);
    for (let [i, end] = [0, -1]; i < ids.length; i++) {
      for (let piece = i * PIECES; piece < (i + 1) * PIECES; piece++) end += pieces[piece].length;
      ends[i] = end;
    }
    // Before the first there is no comma. Joined at once: what is put together bit by bit is kept in bits.
    pieces[0] = HEAD + (pieces[0] ?? "").slice(1);
    pieces.push(`],"override":${Boolean(this.#override)}}`);
    return { users: new Written(new Float64Array(indices), new Marks(ids), pieces.join(""), ends), refused };
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
