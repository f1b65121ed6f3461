// How the bytes of a file are read as text: what browsers can decode and people have, and what a file seems to be.

export const ENCODINGS = [
  ["utf-8", "UTF-8"],
  ["utf-16le", "UTF-16, little-endian"],
  ["utf-16be", "UTF-16, big-endian"],
  ["windows-1252", "Windows-1252, with Latin-1 (Western European)"],
  ["windows-1250", "Windows-1250 (Central European)"],
  ["iso-8859-2", "Latin-2 (Central European)"],
  ["windows-1251", "Windows-1251 (Cyrillic)"],
  ["koi8-r", "KOI8-R (Cyrillic)"],
  ["windows-1253", "Windows-1253 (Greek)"],
  ["windows-1254", "Windows-1254 (Turkish)"],
  ["windows-1255", "Windows-1255 (Hebrew)"],
  ["windows-1256", "Windows-1256 (Arabic)"],
  ["windows-1257", "Windows-1257 (Baltic)"],
  ["windows-1258", "Windows-1258 (Vietnamese)"],
  ["windows-874", "Windows-874 (Thai)"],
  ["shift_jis", "Shift_JIS (Japanese)"],
  ["euc-jp", "EUC-JP (Japanese)"],
  ["gb18030", "GB18030, with GBK (Chinese)"],
  ["big5", "Big5 (Chinese)"],
  ["euc-kr", "EUC-KR (Korean)"],
  ["macintosh", "Mac OS Roman"],
] as const;

export type Encoding = (typeof ENCODINGS)[number][0];

export interface FoundEncoding {
  encoding: Encoding;
  /** The first line with bytes that are not UTF-8. */
  strayLine?: number;
}

/** The share of bytes that are zero from which a text is UTF-16: in any other it has none. */
const ZEROS = 0.05;
/** So many more characters are broken than whole that the file is not UTF-8. */
const ENOUGH = 1_000;

/** By the byte order mark or by zeros; else UTF-8 where that is most of what is not ASCII, and what spreadsheets write besides. */
export async function encodingOf(file: File, begin: Uint8Array): Promise<FoundEncoding> {
  const [first, second] = begin;
  if (first === 0xff && second === 0xfe) return { encoding: "utf-16le" };
  if (first === 0xfe && second === 0xff) return { encoding: "utf-16be" };
  const zeros: [even: number, odd: number] = [0, 0];
  for (const [i, byte] of begin.entries()) if (byte === 0) zeros[(i % 2) as 0 | 1] += 1;
  if (zeros[0] + zeros[1] > ZEROS * begin.length) return { encoding: zeros[1] > zeros[0] ? "utf-16le" : "utf-16be" };
  if (await isUtf8(file)) return { encoding: "utf-8" };
  let [line, whole, broken, strayLine] = [1, 0, 0, 1];
  for await (const text of decoded(file, new TextDecoder())) {
    const at = text.indexOf("\ufffd");
    if (broken === 0 && at >= 0) strayLine = line + linesIn(text.slice(0, at));
    line += linesIn(text);
    broken += text.match(/\ufffd/g)?.length ?? 0;
    whole += text.match(/[^\0-\x7f\ufffd]/g)?.length ?? 0;
    if (broken > whole + ENOUGH) break;
  }
  return { encoding: whole >= broken ? "utf-8" : "windows-1252", strayLine };
}

const linesIn = (text: string): number => text.split("\n").length - 1;

async function isUtf8(file: File): Promise<boolean> {
  try {
    for await (const _ of decoded(file, new TextDecoder("utf-8", { fatal: true })));
    return true;
  } catch {
    return false;
  }
}

async function* decoded(file: File, decoder: TextDecoder): AsyncIterable<string> {
  const reader = file.stream().getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      yield decoder.decode(value, { stream: !done });
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
