"use client";

import { useUser } from "user-handle/react";

export function Profile({ id }: { id: string }) {
  const { data: user, error, update } = useUser<{ name?: string }>(id);
  return (
    <>
      <h1>{user?.data.name ?? "One moment …"}</h1>
      <button onClick={() => update.mutate({ ...user?.data, name: "Ada" })}>Call me Ada</button>
      <p role="alert">{(update.error ?? error)?.message}</p>
    </>
  );
}
