import { connect } from "user-handle";

/** A token for the user who is signed in. The client asks again when it has expired. */
async function token() {
  const answer = await fetch("/token");
  if (!answer.ok) throw new Error(`the token endpoint answered ${answer.status}`);
  return answer.text();
}

const { VITE_STREAM_KEY, VITE_STREAM_BASE_URL } = import.meta.env;
export const client = connect(VITE_STREAM_KEY, token, undefined, { baseUrl: VITE_STREAM_BASE_URL });
