import * as api from "user-handle";
import { run } from "../../program.mjs";

export const dynamic = "force-dynamic";

export default async function Page() {
  return <p>{await run(api, process.env.MATRIX_SERVER)}</p>;
}
