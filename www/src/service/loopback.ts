// Where this page is: on the visitor's own machine it may use what it must not use elsewhere.

/** `[::1]` is how a URL spells the address. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/** The page itself came from this machine. */
export const isLocalPage = LOOPBACK.test(location.hostname);

/** This root, too, is on this machine. */
export function isLocal(root: string): boolean {
  return isLocalPage && URL.canParse(root) && LOOPBACK.test(new URL(root).hostname);
}
