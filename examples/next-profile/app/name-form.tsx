"use client";

import { useActionState } from "react";
import { rename } from "./actions";

export function NameForm({ name }: { name: string }) {
  const [problem, action, isPending] = useActionState(rename, "");
  return (
    <form action={action}>
      <label>Name <input name="name" defaultValue={name} /></label>
      <button disabled={isPending}>Save</button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}
