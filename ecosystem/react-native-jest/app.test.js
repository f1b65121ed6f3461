const React = require("react");
const { act, create } = require("react-test-renderer");
const { connect } = require("user-handle");
const { default: App } = require("./App.js");

test("a user signs in and is renamed", async () => {
  const { baseUrl, key, credential, id } = Object.fromEntries(new URLSearchParams(process.env.MATRIX_PAGE));
  const client = connect(key, credential, undefined, { baseUrl });
  await client.user(id).delete().catch(() => {});

  let app;
  /** Draws again until the line says this. */
  const until = async (text) => {
    const line = () => app.root.findByProps({ testID: "told" }).props.children;
    while (line() !== text) {
      expect(line()).not.toMatch(/failed/);
      await act(() => new Promise(setImmediate));
    }
  };
  await act(async () => { app = create(React.createElement(App, { client })); });
  await until(`Signed in as ${id}.`);
  await act(async () => app.root.findByProps({ accessibilityLabel: "name" }).props.onChangeText("Ada Lovelace"));
  await act(async () => app.root.findByProps({ title: "Save" }).props.onPress());
  await until("Saved: Ada Lovelace.");
  expect((await client.user(id).get()).data).toEqual({ name: "Ada Lovelace" });
});
