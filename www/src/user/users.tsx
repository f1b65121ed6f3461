// One user, and those that were seen.

import { UserForm } from "./form";
import { SeenTable } from "./seen-table";

export function Users() {
  return (
    <>
      <UserForm />
      <SeenTable />
    </>
  );
}
