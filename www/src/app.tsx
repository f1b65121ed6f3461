// The page: a form to connect, and then the workspace on one side and what goes over the wire on the other.

import { useSignalEffect } from "@preact/signals";

import { lazy } from "./lazy";
import { ConnectForm } from "./connect/form";
import { SessionBar } from "./connect/session-bar";
import { place, titleOf } from "./place";
import { session } from "./state";

// Nothing of these is needed before somebody connects.
const Users = lazy(() => import("./user/users").then(({ Users }) => Users));
const Import = lazy(() => import("./import/panel").then(({ ImportPanel }) => ImportPanel));
const Wire = lazy(() => import("./calls/wire").then(({ Wire }) => Wire));

export function App() {
  const connected = session.value !== undefined;
  useSignalEffect(() => {
    document.title = titleOf(place.value, session.value !== undefined);
  });
  return (
    <>
      <header class="top">
        <h1>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <rect width="16" height="16" rx="4" />
            <circle cx="8" cy="6" r="2.6" />
            <path d="M3.2 13.4a4.8 4.8 0 0 1 9.6 0z" />
          </svg>
          <span class="name">user-handle</span>
        </h1>
        {connected && <SessionBar />}
      </header>
      <main class={connected ? "workspace" : "welcome"}>
        {connected ? (
          <>
            <div class="column" key={session.value?.service}>{place.value.view === "users" ? <Users /> : <Import />}</div>
            <div class="column"><Wire /></div>
          </>
        ) : (
          <ConnectForm />
        )}
      </main>
    </>
  );
}
