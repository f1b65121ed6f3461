// At the edge, near your visitors: GET /token, a token for whoever is signed in, and GET /users/ada, what is stored of ada.
import { connect, isUserHandleError } from "user-handle";

/** The id of the user who is signed in: read your own session here. In this example everybody is the same one. */
const signedIn = (request, env) => env.SIGNED_IN;

async function token(client, id) {
  if (!id) return new Response("nobody is signed in", { status: 401 });
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return new Response(client.createUserToken(id, { exp }), { headers: { "cache-control": "no-store" } });
}

async function profile(client, id) {
  try {
    const { data } = await client.user(id).get();
    return Response.json(data);
  } catch (error) {
    if (!isUserHandleError(error)) throw error;
    const status = { invalid_id: 400, not_found: 404 }[error.code] ?? 502;
    return Response.json({ code: error.code }, { status });
  }
}

export default {
  async fetch(request, env) {
    const { STREAM_KEY, STREAM_SECRET, STREAM_BASE_URL } = env;
    const client = connect(STREAM_KEY, STREAM_SECRET, undefined, { baseUrl: STREAM_BASE_URL, timeout: 2_000, deadline: 5_000 });
    const [, route, id] = new URL(request.url).pathname.split("/");
    if (route === "token") return token(client, signedIn(request, env));
    if (route === "users") return profile(client, id);
    return new Response("not found", { status: 404 });
  },
};
