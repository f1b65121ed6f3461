import { useEffect, useState } from "react";
import { useClient, useUser } from "user-handle/react";

export function Profile() {
  const client = useClient();
  const [id, setId] = useState();
  const [refused, setRefused] = useState();
  useEffect(() => {
    client.setUser({ name: "New here" }).then((user) => setId(user.id), setRefused);
  }, [client]);

  // Without an id, as long as nobody is signed in, nothing is sent.
  const { data: user, error, update } = useUser(id);
  const problem = refused ?? error ?? update.error;
  const status = !user || update.isPending ? "One moment …" : update.isSuccess ? "Saved." : "Signed in.";

  function save(event) {
    event.preventDefault();
    // An update replaces the data as a whole: what is not sent is gone.
    update.mutate({ ...user.data, ...Object.fromEntries(new FormData(event.target)) });
  }

  return (
    <>
      <h1>{user?.id}</h1>
      <form onSubmit={save} key={user?.id}>
        <label>Name <input name="name" defaultValue={user?.data.name} /></label>
        <button disabled={!user || update.isPending}>Save</button>
      </form>
      <p role="status">{problem ? "" : status}</p>
      {problem && <p role="alert">{problem.message}</p>}
    </>
  );
}
