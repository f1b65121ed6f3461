import { MockAgent, setGlobalDispatcher } from "undici";
import { isMocked, record } from "./mocked.mjs";

const agent = new MockAgent();
agent.disableNetConnect();
setGlobalDispatcher(agent);
const origin = agent.get("https://mocked.example");
const reply = { headers: { "content-type": "application/json" } };
for (const method of ["GET", "PUT"]) {
  origin.intercept({ method, path: (path) => path.startsWith("/api/v1.0/user/ada/") }).reply(200, record, reply);
}
origin.intercept({ path: (path) => path.startsWith("/api/v1.0/user/eve/") }).reply(404, { detail: "none" }, reply);
await isMocked();
await agent.close();
