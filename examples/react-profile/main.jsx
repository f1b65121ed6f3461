// `npm install && npm run dev`, beside the stand-in server of `cargo xtask demo`.

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { connect } from "user-handle";
import { UserHandleProvider } from "user-handle/react";

import { Profile } from "./Profile.jsx";
import { SignIn } from "./SignIn.jsx";

const queryClient = new QueryClient();
const baseUrl = import.meta.env.VITE_API ?? "http://localhost:8000/api/";

/** Asked whenever a token is missing or has expired. */
async function tokenOf(id) {
  const answer = await fetch(`/token?user=${encodeURIComponent(id)}`);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.text();
}

function App() {
  const [session, setSession] = useState();
  const signIn = (id) => setSession({ id, client: connect("demo-key", () => tokenOf(id), undefined, { baseUrl }) });
  if (!session) return <SignIn onSignIn={signIn} />;
  return (
    <UserHandleProvider client={session.client}>
      <Profile id={session.id} />
    </UserHandleProvider>
  );
}

createRoot(document.getElementById("root")).render(
  <QueryClientProvider client={queryClient}>
    <App />
  </QueryClientProvider>,
);
