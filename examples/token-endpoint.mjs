// The endpoint that a front end gets its tokens from: whoever is signed in gets a token for themselves, good for an hour.
// node token-endpoint.mjs, with the stand-in server on port 8000
import { createServer } from "node:http";
import { connect } from "user-handle";

const { STREAM_KEY = "demo-key", STREAM_SECRET = "demo-secret-that-everybody-may-know", SIGNED_IN = "ada", PORT = "3000" } = process.env;
const client = connect(STREAM_KEY, STREAM_SECRET);

/** The id of the user who is signed in: read your own session here. In this example everybody is the same one. */
const signedIn = (request) => SIGNED_IN;

const server = createServer((request, response) => {
  if (request.url !== "/token") return response.writeHead(404).end();
  const id = signedIn(request);
  if (!id) return response.writeHead(401).end();
  const token = client.createUserToken(id, { exp: Math.floor(Date.now() / 1000) + 3600 });
  response.writeHead(200, { "content-type": "text/plain", "cache-control": "no-store" }).end(token);
});
server.listen(Number(PORT), "localhost", () => console.log(`tokens at http://localhost:${server.address().port}/token`));
