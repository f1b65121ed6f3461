// user-handle/react on a server, and what the page makes of it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import "../support/dom.mjs";
import { HydrationBoundary, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act } from "@testing-library/react";
import { createElement } from "react";
import { hydrateRoot } from "react-dom/client";

import { esm } from "../support/package.mjs";
import { Profile } from "../support/react-profile.mjs";
import { hooks } from "../support/react.mjs";
import { KEY, SECRET, startServer } from "../support/server.mjs";

globalThis.IS_REACT_ACT_ENVIRONMENT = true;

const server = await startServer();
after(() => server.stop());

const root = esm.connect(KEY, SECRET, undefined, { baseUrl: server.api, browser: false });
await root.user("ada").create({ name: "Ada" });

const program = fileURLToPath(new URL("../support/react-server.mjs", import.meta.url));
const { stdout } = await promisify(execFile)(process.execPath, [program, server.api]);
const { prefetched, bare } = JSON.parse(stdout);

test("what was not prefetched is pending in the HTML, and no request is made", () => {
  assert.equal(bare.html, "<p>pending</p><p>pending</p>");
  assert.equal(bare.requests, 0);
});

test("what was prefetched is in the HTML, a user who is not there too", () => {
  assert.equal(prefetched.html, "<p>Ada</p><p>no nobody</p>");
  assert.equal(prefetched.requests, 2);
});

test("what a server hands on holds neither key nor secret", () => {
  assert.match(JSON.stringify(prefetched.state), /"Ada"/);
  assert.doesNotMatch(JSON.stringify(prefetched.state), /canary/);
});

test("the page takes it over without a request, by a client of its own", async () => {
  let requests = 0;
  const counting = (...given) => ((requests += 1), fetch(...given));
  const client = esm.connect(KEY, root.createUserToken("eve"), undefined, { baseUrl: server.api, fetch: counting });
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } });
  const container = document.body.appendChild(document.createElement("div"));
  container.innerHTML = prefetched.html;
  const [ada] = container.children;
  const recovered = [];
  const page = await act(async () =>
    hydrateRoot(
      container,
      createElement(QueryClientProvider, { client: queryClient },
        createElement(hooks.UserHandleProvider, { client },
          createElement(HydrationBoundary, { state: prefetched.state },
            ["ada", "nobody"].map((id) => createElement(Profile, { key: id, id }))))),
      { onRecoverableError: (error) => recovered.push(error) },
    ),
  );
  assert.equal(container.innerHTML, prefetched.html);
  assert.equal(container.children[0], ada, "React takes over the element that the server sent");
  assert.deepEqual(recovered, []);
  assert.equal(requests, 0);
  await act(async () => page.unmount());
  queryClient.clear();
});
