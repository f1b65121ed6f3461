// A module with a trap in it: the body of one exported function becomes `unreachable`.

const UNREACHABLE = [0x00, 0x00, 0x0b];
const [IMPORT, EXPORT, CODE] = [2, 7, 10];

/** `bytes` of a WebAssembly module, with `unreachable` as the body of the function that it exports as `name`. */
export function withTrap(bytes, name) {
  const sections = [...read(bytes)];
  const content = (id) => sections.find((section) => section.id === id).content;
  const index = exportedFunction(content(EXPORT), name) - importedFunctions(content(IMPORT));
  const patched = sections.map(({ id, content }) => (id === CODE ? { id, content: withBody(content, index) } : { id, content }));
  return Uint8Array.from([...bytes.subarray(0, 8), ...patched.flatMap(({ id, content }) => [id, ...sized(content)])]);
}

function* read(bytes) {
  const reader = new Reader(bytes, 8);
  while (reader.at < bytes.length) yield { id: reader.byte(), content: reader.take(reader.number()) };
}

function importedFunctions(content) {
  const reader = new Reader(content);
  let functions = 0;
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.name();
    reader.name();
    const kind = reader.byte();
    if (kind !== 0) throw new Error(`an import of kind ${kind} is not expected`);
    reader.number();
    functions += 1;
  }
  return functions;
}

function exportedFunction(content, wanted) {
  const reader = new Reader(content);
  for (let left = reader.number(); left > 0; left -= 1) {
    const name = reader.name();
    const kind = reader.byte();
    const index = reader.number();
    if (name === wanted && kind === 0) return index;
  }
  throw new Error(`the module exports no function ${wanted}`);
}

function withBody(content, index) {
  const reader = new Reader(content);
  const bodies = Array.from({ length: reader.number() }, () => reader.take(reader.number()));
  bodies[index] = UNREACHABLE;
  return [...number(bodies.length), ...bodies.flatMap((body) => sized(body))];
}

class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  take(length) {
    return this.bytes.subarray(this.at, (this.at += length));
  }

  name() {
    return new TextDecoder().decode(this.take(this.number()));
  }

  /** LEB128. */
  number() {
    let [value, shift, byte] = [0, 0, 0];
    do {
      byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      shift += 7;
    } while (byte >= 0x80);
    return value;
  }
}

function number(value) {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

const sized = (content) => [...number(content.length), ...content];
