// Your server's part: it knows who is signed in, and makes that user's token. This one believes everybody.

import { connect } from "user-handle";

const server = connect("demo-key", "demo-secret", undefined, { local: true });

function answer(request, response) {
  try {
    const id = new URL(request.url, "http://localhost").searchParams.get("user");
    const inAnHour = Math.floor(Date.now() / 1000) + 3600;
    response.end(server.createUserToken(id, { exp: inAnHour }));
  } catch (error) {
    response.writeHead(400).end(error.message);
  }
}

/** Answers at `/token`, in development and in the preview. */
export const tokens = () => ({
  name: "tokens",
  configureServer: ({ middlewares }) => void middlewares.use("/token", answer),
  configurePreviewServer: ({ middlewares }) => void middlewares.use("/token", answer),
});
