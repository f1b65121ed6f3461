import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { isMocked, record } from "./mocked.mjs";

const server = setupServer(
  http.get("https://mocked.example/api/v1.0/user/eve/", () => HttpResponse.json({ detail: "none", code: 16, exception: "DoesNotExistException" }, { status: 404 })),
  http.all("https://mocked.example/api/v1.0/user/ada/", () => HttpResponse.json(record)),
);
server.listen({ onUnhandledRequest: "error" });
await isMocked();
server.close();
