// A call of `fetch`, read once.

/** What a call of `fetch` asks for: `request` as `requests` shows it, and beside it what the service reads of it. */
export async function read(input, init) {
  const asked = typeof input === "object" && !(input instanceof URL) ? input : undefined;
  const { href, pathname, search, searchParams } = new URL(asked?.url ?? String(input));
  const given = init?.body ?? (asked ? await asked.text() : undefined);
  const text = typeof given === "string" ? given : given ? await new Response(given).text() : "";
  // Behind the API root and the version; no id can hold a dot.
  const route = /^.*\/v1\.0\/(.*)$/.exec(pathname)?.[1];
  const request = {
    method: (init?.method ?? asked?.method ?? "GET").toUpperCase(),
    url: href,
    path: route ?? pathname,
    // Of a parameter given twice the first counts.
    query: Object.fromEntries([...searchParams].reverse()),
    headers: Object.fromEntries(new Headers(init?.headers ?? asked?.headers)),
    body: parsed(text),
  };
  const { method, headers } = request;
  const sent = { method, pathname, route, query: search.slice(1), authorization: headers.authorization };
  return { request, sent, text };
}

function parsed(text) {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
