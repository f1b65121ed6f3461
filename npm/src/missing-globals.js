// What jsdom lacks, as Jest has it, and React Native: Node and browsers have all of it. The build puts these in place of the
// globals, in the files that those take. They do what this package asks of them, and no more.

const globalOr = (name, fallback) => globalThis[name] ?? fallback;

export const TextEncoder = /* @__PURE__ */ globalOr("TextEncoder", class {
  encode(text) {
    const bytes = unescape(encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, "\ufffd")));
    return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
  }
});

export const TextDecoder = /* @__PURE__ */ globalOr("TextDecoder", class {
  #keepsMark;
  #isAtStart = true;
  /** The beginning of a character whose end has not come. */
  #held = [];

  constructor(_, { ignoreBOM = false } = {}) {
    this.#keepsMark = ignoreBOM;
  }

  decode(given = [], { stream = false } = {}) {
    const bytes = [...this.#held, ...given];
    this.#held = [];
    let text = "";
    for (let at = 0; at < bytes.length;) {
      const length = lengthOf(bytes[at]);
      if (stream && at + length > bytes.length) {
        this.#held = bytes.slice(at);
        break;
      }
      const character = characterOf(bytes.slice(at, at + length));
      text += character ?? "\ufffd";
      at += character === undefined ? 1 : length;
    }
    const hasMark = this.#isAtStart && !this.#keepsMark && text.startsWith("\ufeff");
    this.#isAtStart = !stream || (this.#isAtStart && text === "");
    return hasMark ? text.slice(1) : text;
  }
});

/** How many bytes a character has that begins with this one. */
const lengthOf = (byte) => (byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4);

function characterOf(bytes) {
  if (bytes[0] < 0x80) return String.fromCharCode(bytes[0]);
  try {
    return decodeURIComponent(bytes.map((byte) => `%${byte.toString(16)}`).join(""));
  } catch {
    return undefined;
  }
}

export const atob = /* @__PURE__ */ globalOr("atob", (base64) => {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let [text, bits, count] = ["", 0, 0];
  for (const digit of base64) {
    bits = (bits << 6) | digits.indexOf(digit);
    count += 6;
    if (count >= 8) text += String.fromCharCode((bits >> (count -= 8)) & 0xff);
  }
  return text;
});

/** Of what `JSON.parse` gave. */
export const structuredClone = /* @__PURE__ */ globalOr("structuredClone", (value) => JSON.parse(JSON.stringify(value)));

/** With a body that is text, bytes or nothing. */
export const Response = /* @__PURE__ */ globalOr("Response", class Response {
  bodyUsed = false;
  #bytes;

  constructor(body, { status = 200, statusText = "", headers } = {}) {
    this.#bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(String(body ?? ""));
    Object.assign(this, {
      status, statusText, ok: status >= 200 && status < 300, headers: new Headers(headers), type: "default", url: "", redirected: false,
    });
  }

  async arrayBuffer() {
    if (this.bodyUsed) throw new TypeError("the body has been read already");
    this.bodyUsed = true;
    return this.#bytes.slice().buffer;
  }

  async text() {
    return new TextDecoder().decode(new Uint8Array(await this.arrayBuffer()));
  }

  async json() {
    return JSON.parse(await this.text());
  }

  clone() {
    if (this.bodyUsed) throw new TypeError("the body has been read already");
    return new Response(this.#bytes, this);
  }
});
