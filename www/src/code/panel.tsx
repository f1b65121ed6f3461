// The code for what was just done.

import { useSignal } from "@preact/signals";

import { CopyButton } from "../copy";
import { lastAction, session } from "../state";
import { codeFor, LANGUAGES, type Language } from "./code";

export function CodePanel() {
  const language = useSignal<Language>("JavaScript");
  const action = lastAction.value;
  const current = session.value;
  if (!current) return null;
  const code = action && codeFor(language.value, current, action);
  return (
    <section class="card" aria-labelledby="code-title">
      <h2 id="code-title">Code</h2>
      {code === undefined ? (
        <p class="note">What you do shows here as a program.</p>
      ) : (
        <>
          <div class="toolbar">
            <fieldset class="segments">
              <legend class="hidden">Language</legend>
              {LANGUAGES.map((each) => (
                <label key={each}>
                  <input type="radio" name="language" value={each} checked={each === language.value} onChange={() => (language.value = each)} />
                  <span>{each}</span>
                </label>
              ))}
            </fieldset>
            <CopyButton text={code} label="the code">Copy</CopyButton>
          </div>
          <pre id="code" tabIndex={0} aria-label={`${language.value} for what was just done`}>{code}</pre>
        </>
      )}
    </section>
  );
}
