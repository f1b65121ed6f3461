// Whether a service takes the key and the credential, found out by reading a user who need not exist.

import { release } from "./release";

/** Who is read: an id that nobody has, where the caller has none of its own. */
export const NOBODY = "nobody";

/** Of one attempt. What takes longer is not waited for: the calls that follow say so. */
export const CHECK = { retries: 0, timeout: 3_000 };

export interface Answered {
  apiCode?: number;
  code?: string;
  status?: number;
  detail?: string;
  message: string;
  hint?: string;
}

/**
 * Waits for the read, and throws where nobody could work with the answer: it is in words, and names what to mend. The client
 * that read is ended then. `isOwn` tells whether it is the service that says that something does not exist.
 */
export async function checked(root: string, client: Disposable, read: Promise<unknown>, isOwn: (error: Answered) => boolean): Promise<void> {
  try {
    await read;
  } catch (error) {
    const why = refusal(root, error as Answered, isOwn(error as Answered));
    if (why === undefined) return;
    release(client);
    throw new Error(why);
  }
}

/** A user who does not exist is a good answer, and so is trouble that may pass. */
function refusal(root: string, { code, status, detail = "", message, hint }: Answered, isOwn: boolean): string | undefined {
  switch (code) {
    case "unauthorized":
    case "not_allowed":
      return `the service refuses this: ${detail || message}${hint ? `; ${hint}` : ""}`;
    case "network":
      return `nothing answers at ${root}, or it does not let this page read its answers${hint ? `; ${hint}` : ""}`;
    case "invalid_response":
      return `what answers at ${root} is not this API: ${message}`;
    case "not_found":
      return !isOwn || /^there is nothing at /.test(detail)
        ? `there is no such API at ${root}: the address ends with the path of the API, such as /api/`
        : undefined;
    default:
      return status !== undefined && status >= 400 && status < 500 && status !== 404 && status !== 429
        ? `the service refuses this: ${detail || message}`
        : undefined;
  }
}
