import { connect, type Client } from "user-handle";

export type Profile = { name: string };

let client: Client<Profile> | undefined;

/** The client of the server, with the app secret. It is made when it is first needed: `next build` has no secret. */
export function users(): Client<Profile> {
  const { STREAM_KEY = "", STREAM_SECRET, STREAM_BASE_URL } = process.env;
  return (client ??= connect<Profile>(STREAM_KEY, STREAM_SECRET, undefined, { baseUrl: STREAM_BASE_URL }));
}
