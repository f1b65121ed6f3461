// A profile that one can rename, for React Native or Expo: put it in place of the App of a new project.
//
// The app holds no secret: its own server makes a token for whoever has signed in (examples/token-endpoint.mjs).

import { useEffect, useState } from "react";
import { Button, Text, TextInput, View } from "react-native";
import { connect } from "user-handle";

const TOKENS = "https://app.example/token";

const askForToken = async () => {
  const answer = await fetch(TOKENS);
  if (!answer.ok) throw new Error(`no token: HTTP ${answer.status}`);
  return answer.text();
};

const users = connect("demo-key", askForToken);

/** `client` is the app's own, unless a test brings another. */
export default function App({ client = users }) {
  const [name, setName] = useState("");
  const [told, setTold] = useState("One moment …");

  useEffect(() => {
    client.setUser({ name: "Ada" }).then((user) => {
      setName(user.data.name);
      setTold(`Signed in as ${user.id}.`);
    }, (error) => setTold(error.message));
  }, [client]);

  const save = () => client.currentUser.update({ name }).then(() => setTold(`Saved: ${name}.`), (error) => setTold(error.message));

  return (
    <View>
      <Text testID="told">{told}</Text>
      <TextInput accessibilityLabel="name" value={name} onChangeText={setName} />
      <Button title="Save" onPress={save} />
    </View>
  );
}
