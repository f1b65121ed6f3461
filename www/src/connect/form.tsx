// Who is asked, and as whom.

import { useSignal } from "@preact/signals";
import type { TargetedSubmitEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { watch } from "../calls/log";
import { klaim } from "../service/klaim";
import { isLocal, isLocalPage } from "../service/loopback";
import { completed } from "../service/root";
import { stream } from "../service/stream";
import type { Credentials, Service } from "../service/types";
import { open } from "../state";
import { sentence } from "../text";
import { keep, keepable, kept } from "./kept";

const SERVICES: readonly Service[] = [stream, klaim];

/** A key that may do everything is not for others to read. */
const HIDDEN = { type: "password" as const };

const rootOf = (service: Service) => `${location.origin}/${service.rootPath}`;

export function ConnectForm() {
  const before = useRef(kept()).current;
  const service = useSignal(SERVICES.find(({ name }) => name === before?.service) ?? stream);
  const root = useSignal(before?.root ?? rootOf(stream));
  const problem = useSignal("");
  const { key, credential } = before ?? {};
  const again = before && key !== undefined && credential !== undefined ? { root: before.root, key, credential } : undefined;
  const busy = useSignal(again !== undefined);
  const form = useRef<HTMLFormElement>(null);
  // The package comes once the form is there, so that connecting need not wait for it.
  useEffect(() => void service.value.load().catch(() => {}), [service.value]);
  // After a reload: on with what was kept, or with the field that was not.
  useEffect(() => {
    if (again) {
      void connect(again, true);
    } else if (before) {
      form.current?.querySelector<HTMLInputElement>(service.value.credentialLabel ? "[name=credential]" : "[name=key]")?.focus();
    }
  }, []);
  const { name, keyLabel, credentialLabel, demo } = service.value;
  const local = isLocal(root.value);
  const isBefore = before?.service === name;
  const offered = (field: "key" | "credential") => (isBefore ? before[field] : undefined) ?? (isLocalPage ? demo[field] : "");

  function submit(event: TargetedSubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const field = (name: string) => String(fields.get(name) ?? "").trim();
    root.value = completed(field("root"), service.value.rootPath);
    if (!busy.value) void connect({ root: root.value, key: field("key"), credential: field("credential") }, fields.has("keep"));
  }

  async function connect(credentials: Credentials, keepsSecrets: boolean) {
    busy.value = true;
    problem.value = "";
    try {
      const session = await service.value.open(credentials);
      watch(session);
      const isDemo = credentials.key === demo.key && credentials.credential === demo.credential;
      keep(keepable(session.service, credentials, keepsSecrets || isDemo));
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
    <form class="card connect" autocomplete="off" ref={form} onSubmit={submit} aria-labelledby="connect-title">
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
        <input name="key" class="mono" {...(credentialLabel ? {} : HIDDEN)} defaultValue={offered("key")}
          autocomplete="off" spellcheck={false} autocapitalize="off" required />
      </label>
      {credentialLabel && (
        <label class="field" key={`${name} credential`}>
          <span>{credentialLabel}</span>
          <input name="credential" class="mono" type="password" autocomplete="off"
            defaultValue={offered("credential")} aria-describedby="credential-note" />
        </label>
      )}
      <p class={credentialLabel && !local ? "note" : "warning"} id="credential-note">{noteOn(service.value, local)}</p>
      <label class="check">
        <input type="checkbox" name="keep" aria-describedby="keep-note" />
        Stay connected when this tab is reloaded
      </label>
      <p class="note" id="keep-note">{keepNote(service.value)}</p>
      <button class={busy.value ? "main busy" : "main"} aria-disabled={busy.value}>{busy.value ? "Connecting" : "Connect"}</button>
      <p class="problem" id="connect-problem" role="alert">{problem}</p>
    </form>
  );
}

function noteOn({ name }: Service, local: boolean): string {
  if (name === "Klaim") return "Whoever has this key reads and changes every user: a page of yours must not hold it.";
  return local
    ? "The app secret may do everything and belongs on a server. This page takes it because it comes from your own machine."
    : "Paste a user token that your own server made: a browser takes no app secret.";
}

/** What is kept, and where. */
function keepNote({ credentialLabel, keyLabel }: Service): string {
  const [kept, secret] = credentialLabel ? ["API root and app key", "token or secret"] : ["API root", keyLabel];
  return (
    `The browser keeps the ${kept} until this tab is closed or you disconnect. With this on it keeps the ${secret} too, which it ` +
    `may write to its files; without, that is only in the memory of this page.${isLocalPage ? " What the demo has published is always kept." : ""}`
  );
}
