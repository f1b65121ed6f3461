// What one attempt sent and got, as it can be shown: without the credential, and no longer than one reads.

/** Longer bodies, which batches have, are not kept, in bytes of text as JavaScript counts it. */
const MAX_KEPT = 65_536;
/** What stands for the credential. */
const TOKEN = "$TOKEN";

type HeaderList = readonly (readonly [name: string, value: string])[];

export interface Exchange {
  method: string;
  url: string;
  headers: HeaderList;
  /** Undefined where there is none, or it was not kept. */
  body: string | undefined;
  answer: Answer | undefined;
}

export interface Answer {
  status: number;
  headers: HeaderList;
  body: string;
}

/** The request of a call of `fetch`; undefined for one whose body is too long to show. */
export function requestOf(input: RequestInfo | URL, init: RequestInit = {}): Exchange | undefined {
  const { method = "GET", body, headers } = init;
  if (body && (typeof body !== "string" || body.length > MAX_KEPT)) return undefined;
  const shown = [...new Headers(headers)].map(([name, value]) => [name, name === "authorization" ? masked(value) : value] as const);
  const url = input instanceof Request ? input.url : String(input);
  return { method, url, headers: shown, body: body ?? undefined, answer: undefined };
}

/** A scheme such as `Bearer` stays. */
const masked = (credential: string): string => credential.replace(/\S+$/, TOKEN);

/** The answer, read to its end beside whoever else reads it. */
export async function answerOf(response: Response): Promise<Answer> {
  const body = await response.text();
  // What CORS allows is for the browser.
  const headers = [...response.headers].filter(([name]) => !name.startsWith("access-control-"));
  return { status: response.status, headers, body: body.slice(0, MAX_KEPT) };
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
