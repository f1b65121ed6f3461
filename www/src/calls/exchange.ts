// What one attempt sent and got, as it can be shown: without the credential, and no longer than one reads.

/** Longer bodies, which batches have, are not kept, in characters or bytes. */
const MAX_KEPT = 65_536;
/** What stands for the credential. */
const TOKEN = "$TOKEN";

type HeaderList = readonly (readonly [name: string, value: string])[];

export interface Exchange {
  method: string;
  url: string;
  headers: HeaderList;
  body: string | undefined;
  /** The length of a body that is too long to be kept. */
  notKept: number | undefined;
  answer: Answer | undefined;
}

export interface Answer {
  status: number;
  headers: HeaderList;
  body: string;
}

/** The request of a call of `fetch`. */
export function requestOf(input: RequestInfo | URL, init: RequestInit = {}): Exchange {
  const { method = "GET", body, headers } = init;
  const length = typeof body === "string" ? body.length : ArrayBuffer.isView(body) ? body.byteLength : 0;
  const isKept = typeof body === "string" && length <= MAX_KEPT;
  const shown = [...new Headers(headers)].map(([name, value]) => [name, name === "authorization" ? masked(value) : value] as const);
  const url = input instanceof Request ? input.url : String(input);
  const text = isKept && body !== "" ? body : undefined;
  return { method, url, headers: shown, body: text, notKept: isKept || length === 0 ? undefined : length, answer: undefined };
}

/** A scheme such as `Bearer` stays. */
const masked = (credential: string): string => credential.replace(/\S+$/, TOKEN);

/** The answer, its body read to the end beside whoever else reads it, or not at all. */
export async function answerOf(response: Response, isRead: boolean): Promise<Answer> {
  const body = isRead ? await response.clone().text() : "";
  // What CORS allows is for the browser.
  const headers = [...response.headers].filter(([name]) => !name.startsWith("access-control-"));
  return { status: response.status, headers, body: body.length > MAX_KEPT ? `${body.slice(0, MAX_KEPT)}…` : body };
}

/** `name: value` lines, and the body where there is one, indented where it is JSON. */
export function inLines(first: string, headers: HeaderList, body: string | undefined): string {
  const lines = [first, ...headers.map(([name, value]) => `${name}: ${value}`)].join("\n");
  return body ? `${lines}\n\n${indented(body)}` : lines;
}

/** As it was sent, where indenting would change it: numbers that JavaScript does not hold. */
function indented(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    return JSON.stringify(value) === body ? JSON.stringify(value, null, 2) : body;
  } catch {
    return body;
  }
}

/** The request for a shell in which `TOKEN` is set. */
export function curl({ method, url, headers, body }: Exchange): string {
  const header = ([name, value]: readonly [string, string]) => {
    const line = `${name}: ${value}`;
    return `-H ${value.includes(TOKEN) ? `"${line}"` : quoted(line)}`;
  };
  const data = body === undefined ? [] : [`--data-raw ${quoted(body)}`];
  return [`curl -X ${method} ${quoted(url)}`, ...headers.map(header), ...data].join(" \\\n  ");
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
