import { useUser } from "user-handle/react";

export function Profile({ id }) {
  const { data: user, error, refetch, getOrCreate, update } = useUser(id);
  if (user === undefined) return error ? <Problem error={error} retry={refetch} /> : <p>One moment …</p>;
  if (user === null) {
    return (
      <>
        <h1>Welcome, {id}</h1>
        <button disabled={getOrCreate.isPending} onClick={() => getOrCreate.mutate({ name: id })}>Make my profile</button>
        {getOrCreate.error && <Problem error={getOrCreate.error} />}
      </>
    );
  }
  const save = (event) => {
    event.preventDefault();
    // An update replaces the data as a whole.
    update.mutate({ ...user.data, ...Object.fromEntries(new FormData(event.target)) });
  };
  return (
    <form onSubmit={save}>
      <h1>{user.data.name}</h1>
      <label>Name <input name="name" defaultValue={user.data.name} required /></label>
      <label>About <textarea name="about" defaultValue={user.data.about} /></label>
      <button disabled={update.isPending}>Save</button>
      {update.error ? <Problem error={update.error} /> : <p role="status">{update.isSuccess && "Saved."}</p>}
    </form>
  );
}

const Problem = ({ error, retry }) => (
  <p role="alert">
    {error.message} {retry && <button onClick={() => retry()}>Try again</button>}
  </p>
);
