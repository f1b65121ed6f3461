// Who is asked, and as whom.

import { useSignal } from "@preact/signals";
import type { TargetedSubmitEvent } from "preact";
import { useEffect } from "preact/hooks";

import { watch } from "../calls/log";
import { klaim } from "../service/klaim";
import { isLocal, isLocalPage } from "../service/loopback";
import { stream } from "../service/stream";
import type { Service } from "../service/types";
import { open } from "../state";
import { sentence } from "../text";

const SERVICES: readonly Service[] = [stream, klaim];

/** A key that may do everything is not for others to read. */
const HIDDEN = { type: "password" as const };

const rootOf = (service: Service) => `${location.origin}/${service.rootPath}`;

export function ConnectForm() {
  const service = useSignal(stream);
  const root = useSignal(rootOf(stream));
  const problem = useSignal("");
  const busy = useSignal(false);
  // The package comes once the form is there, so that connecting need not wait for it.
  useEffect(() => void service.value.load().catch(() => {}), [service.value]);
  const { name, keyLabel, credentialLabel, demo } = service.value;
  const local = isLocal(root.value);

  async function connect(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy.value) return;
    const fields = new FormData(event.currentTarget);
    const field = (name: string) => String(fields.get(name) ?? "").trim();
    busy.value = true;
    try {
      const session = await service.value.open({ root: field("root"), key: field("key"), credential: field("credential") });
      watch(session);
      open(session);
    } catch (error) {
      const { message, hint } = error as { message: string; hint?: string };
      problem.value = [sentence(message), hint ? sentence(hint) : ""].join(" ");
      busy.value = false;
    }
  }

  function choose(next: Service) {
    service.value = next;
    root.value = rootOf(next);
    problem.value = "";
  }

  return (
    <form class="card connect" autocomplete="off" onSubmit={connect} aria-labelledby="connect-title">
      <h2 id="connect-title">Connect</h2>
      <p class="lead">Create, read, update and delete the users of an app, and see every request it takes.</p>
      <fieldset class="segments">
        <legend>Service</legend>
        {SERVICES.map((each) => (
          <label key={each.name}>
            <input type="radio" name="service" checked={each.name === name} onChange={() => choose(each)} />
            <span>{each.name}</span>
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span>API root</span>
        <input name="root" class="mono" value={root.value} spellcheck={false} autocapitalize="off" required
          onInput={(event) => (root.value = event.currentTarget.value)} />
      </label>
      {/* Keyed, so that what was typed for one service is never shown, or sent, as a key of the other. */}
      <label class="field" key={`${name} key`}>
        <span>{keyLabel}</span>
        <input name="key" class="mono" {...(credentialLabel ? {} : HIDDEN)} defaultValue={isLocalPage ? demo.key : ""}
          autocomplete="off" spellcheck={false} autocapitalize="off" required />
      </label>
      {credentialLabel && (
        <label class="field" key={`${name} credential`}>
          <span>{credentialLabel}</span>
          <input name="credential" class="mono" type="password" autocomplete="off"
            defaultValue={isLocalPage ? demo.credential : ""} aria-describedby="credential-note" />
        </label>
      )}
      <p class={credentialLabel && !local ? "note" : "warning"} id="credential-note">{noteOn(service.value, local)}</p>
      <button class="main" aria-disabled={busy.value}>Connect</button>
      <p class="problem" id="connect-problem" role="alert">{problem}</p>
    </form>
  );
}

function noteOn({ name }: Service, local: boolean): string {
  const kept = "It stays in the memory of this page and is gone when the tab is closed.";
  if (name === "Klaim") {
    return `Whoever has this key reads and changes every user: a page of yours must not hold it. ${kept}`;
  }
  return local
    ? `The app secret may do everything and belongs on a server. This page takes it because it comes from your own machine. ${kept}`
    : `Paste a user token that your own server made: a browser takes no app secret. ${kept}`;
}
