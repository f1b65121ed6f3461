// A server that renders a page: run by tests/node/react-server.test.mjs in a process that has no document. Prints the HTML
// and the cache that goes with it, with a user that was prefetched and without.

import { HydrationBoundary, QueryClient, QueryClientProvider, dehydrate } from "@tanstack/react-query";
import { createElement } from "react";
import { renderToString } from "react-dom/server";

import { esm } from "./package.mjs";
import { Profile } from "./react-profile.mjs";
import { hooks } from "./react.mjs";
import { KEY, SECRET } from "./server.mjs";

const requests = [];
const counting = (...given) => (requests.push(String(given[0]?.url ?? given[0])), fetch(...given));
const client = esm.connect(KEY, SECRET, undefined, { baseUrl: process.argv[2], fetch: counting });

async function page(...prefetched) {
  requests.length = 0;
  const queryClient = new QueryClient();
  for (const id of prefetched) await queryClient.prefetchQuery(hooks.userQuery(client, id));
  const state = dehydrate(queryClient);
  const html = renderToString(
    createElement(QueryClientProvider, { client: queryClient },
      createElement(hooks.UserHandleProvider, { client },
        createElement(HydrationBoundary, { state },
          ["ada", "nobody"].map((id) => createElement(Profile, { key: id, id }))))),
  );
  // A render that would read, reads soon after.
  await new Promise((resolve) => setImmediate(resolve));
  return { html, state, requests: requests.length };
}

console.log(JSON.stringify({ prefetched: await page("ada", "nobody"), bare: await page() }));
