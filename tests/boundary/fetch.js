// Stand-ins for `fetch`.

export function answerWith(status, text) {
  const calls = [];
  globalThis.fetch = async (url, init) => {
    calls.push({ url, init, headers: Object.fromEntries(new Headers(init.headers)) });
    return new Response(text, { status });
  };
  return calls;
}

export function neverAnswer() {
  const aborted = [false];
  globalThis.fetch = (url, { signal }) => {
    signal.addEventListener("abort", () => { aborted[0] = true; });
    return new Promise(() => {});
  };
  return aborted;
}

export function rejectWith(reason) {
  globalThis.fetch = () => Promise.reject(reason);
}
