import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { UserHandleProvider } from "user-handle/react";
import { client } from "./client.js";
import { Profile } from "./Profile.jsx";

createRoot(document.getElementById("app")).render(
  <QueryClientProvider client={new QueryClient()}>
    <UserHandleProvider client={client}>
      <Profile />
    </UserHandleProvider>
  </QueryClientProvider>,
);
