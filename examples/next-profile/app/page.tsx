import { signedIn } from "../lib/session";
import { users } from "../lib/users";
import { NameForm } from "./name-form";

export const dynamic = "force-dynamic";

export default async function Page() {
  const id = await signedIn();
  if (!id) return <p>Sign in first.</p>;
  const { data } = await users().user(id).getOrCreate({ name: "New here" });
  return (
    <main>
      <h1>{id}</h1>
      <NameForm name={data?.name ?? ""} />
    </main>
  );
}
