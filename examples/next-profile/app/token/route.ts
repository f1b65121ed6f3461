import { signedIn } from "../../lib/session";
import { users } from "../../lib/users";

export const dynamic = "force-dynamic";

export async function GET() {
  const id = await signedIn();
  if (!id) return new Response("nobody is signed in", { status: 401 });
  const token = users().createUserToken(id, { expiresIn: "1h" });
  return new Response(token, { headers: { "cache-control": "no-store" } });
}
