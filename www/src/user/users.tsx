// One user, all users, and those that were seen.

import { UserForm } from "./form";
import { UserList } from "./list";
import { SeenTable } from "./seen-table";

export function Users() {
  return (
    <>
      <UserForm />
      <UserList />
      <SeenTable />
    </>
  );
}
