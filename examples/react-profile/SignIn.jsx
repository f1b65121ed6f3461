export function SignIn({ onSignIn }) {
  const submit = (event) => {
    event.preventDefault();
    onSignIn(new FormData(event.target).get("id"));
  };
  return (
    <form onSubmit={submit}>
      <h1>Sign in</h1>
      <label>
        Who are you? <input name="id" defaultValue="ada" required pattern="[A-Za-z0-9_\-]+" />
      </label>
      <button>Sign in</button>
    </form>
  );
}
