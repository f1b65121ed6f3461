// The address of an API, as people type it.

/**
 * The root that is meant: with a scheme, with the path of the service where only a server is named, without the version that
 * follows it, and with a slash at the end. What is no address stays, for the package to say so.
 */
export function completed(typed: string, rootPath: string): string {
  const text = typed.trim();
  const withScheme = /^https?:\/\//i.test(text) ? text : `${/^(localhost|127\.|\[::1\])/.test(text) ? "http" : "https"}://${text}`;
  if (text === "" || !URL.canParse(withScheme)) return text;
  const url = new URL(withScheme);
  if (/[?#]/.test(text)) return text;
  url.pathname = url.pathname.replace(/\/v1\.0\/?$/, "/").replace(/\/?$/, "/");
  if (url.pathname === "/") url.pathname = `/${rootPath}`;
  return url.href;
}
