// A page without a bundler: `wasm-pack build --target web`, then serve the root of the repository and open this folder. It
// saves the name of the user whose token is pasted; node.mjs prints one. Vite takes the page as it is.
import init, { connect, isUserHandleError } from "../../pkg/user_handle.js";

await init();

const baseUrl = new URLSearchParams(location.search).get("api") ?? "http://localhost:8000/api/";
const form = document.querySelector("form");
const output = document.querySelector("output");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { token, name } = Object.fromEntries(new FormData(form));
  try {
    const client = connect("demo-key", token, undefined, { baseUrl });
    const me = await client.setUser({ name });
    await me.update({ name });
    output.textContent = `${me.id} is ${client.currentUser.data.name}`;
  } catch (error) {
    if (!isUserHandleError(error)) throw error;
    output.textContent = `${error.code}: ${error.message}`;
  }
});

output.textContent = "ready";
