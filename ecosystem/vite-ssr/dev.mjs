// What a development server does: it loads the program itself.
import { createServer } from "vite";

const server = await createServer({ server: { middlewareMode: true }, appType: "custom", logLevel: "error" });
const { default: loaded } = await server.ssrLoadModule("./worker.mjs");
const answer = await loaded.fetch(new Request(`http://loaded/?${process.env.MATRIX_SERVER}`));
console.log(await answer.text());
await server.close();
