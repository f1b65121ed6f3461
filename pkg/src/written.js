// Users of a batch, checked and written. Not in the build for browsers.

import { write } from "../../src/js/walk.js";
import { memberProperty } from "./arguments.js";
import { ADD_USERS } from "./client.js";
import { call } from "./connection.js";
import { current, enter } from "./load.js";

const HEAD = '{"users":[';
/** Of a user: `{"id":"` with a comma, the id, what is between, the data, and `}`. */
const PIECES = 5;

/** The body of a batch, joined at once: what is put together bit by bit is kept in bits, and copied once more when it is sent. */
function bodyOf(pieces) {
  pieces[0] = HEAD + (pieces[0] ?? "");
  pieces.push('],"override":false}');
  return pieces.join("");
}

/** Users as they are sent, with their ids and their places where they come from. */
export class Written {
  /** One text for all, and where each user ends in it: far less to keep than a text for each. */
  #body;
  #ends;

  constructor(indices, ids, body, ends) {
    Object.assign(this, { indices, ids });
    this.#body = body;
    this.#ends = ends;
  }

  get length() { return this.ids.length; }

  slice(start, end) {
    const from = start === 0 ? 0 : this.#ends[start - 1] + 1;
    const json = this.#body.slice(HEAD.length + from, HEAD.length + this.#ends[end - 1]);
    const ends = this.#ends.slice(start, end).map((it) => it - from);
    return new Written(this.indices.slice(start, end), this.ids.slice(start, end), bodyOf([json]), ends);
  }

  /** Sends them in one request; `isTerse` where nobody reads the answer. */
  send(client, override, options, isTerse) {
    const body = override ? `${this.#body.slice(0, -"false}".length)}true}` : this.#body;
    return client[call](() => [ADD_USERS, String(this.length), body, isTerse, this.ids], options);
  }
}

/** Checks and writes users, one after the other. */
export class Writer {
  #indices = [];
  #ids = [];
  /** Of each user `PIECES`. */
  #pieces = [];

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
    let end = -1;
    const ends = Uint32Array.from(ids, (_, i) => {
      for (let piece = i * PIECES; piece < (i + 1) * PIECES; piece++) end += pieces[piece].length;
      return end;
    });
    // Before the first there is no comma.
    pieces[0] &&= pieces[0].slice(1);
    return { users: new Written(indices, ids, bodyOf(pieces), ends), refused };
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
