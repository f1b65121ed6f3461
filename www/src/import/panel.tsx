// Many users from a file: look at it, check it, send it.

import { useSignal } from "@preact/signals";

import { session } from "../state";
import { counted, grouped, sentence, shortened } from "../text";
import { Columns } from "./columns-table";
import { clearCheckpoint } from "./checkpoint";
import { checkFile, job, unfinished, type Job, type Phase } from "./job";
import { EncodingChoice } from "./encoding-choice";
import { Progress } from "./progress";
import { FailureTable } from "./failures";
import type { Repeated } from "./repeated";

export function ImportPanel() {
  const current = session.value;
  if (!current) return null;
  if (!current.importUsers) {
    return (
      <section class="card" aria-labelledby="import-title">
        <h2 id="import-title">Import</h2>
        <p>
          {current.service === "Klaim"
            ? "Klaim has no call that stores many users at once."
            : "Batches are for the server side: connect with the app secret, to a server on your own machine."}
        </p>
      </section>
    );
  }
  const now = job.value;
  const check = (files: readonly File[]) => void checkFile(current, files);
  return (
    <section class="card" aria-labelledby="import-title" id="import">
      <h2 id="import-title">Import</h2>
      <div class="part">
        <p class="lead">NDJSON with a user a line, or CSV in which one column is the id and the others are the data.</p>
        {unfinished(current).map((earlier) => (
          <p class="warning unfinished" key={`${earlier.file.name} ${earlier.file.size} ${earlier.file.modified}`}>
            {earlier.file.name} stopped at user {grouped(earlier.checkpoint)} of {grouped(earlier.total)}. Choose the file again to go on there.
            <button type="button" class="link" onClick={() => clearCheckpoint(earlier)}>Forget it</button>
          </p>
        ))}
        {now?.mending === undefined && <FileField onFiles={check} />}
        {now && (
          <>
            <p class="status" role="status" id="import-status">{said(now)}</p>
            {now.leftOut.length > 0 && <p class="warning" id="left-out">{leftOut(now.leftOut)}</p>}
            {now.info?.format === "CSV" && isChangeable(now) && <EncodingChoice info={now.info} session={current} />}
            {now.repeated.count > 0 && <p class="note" id="repeated">{repeatedIds(now.repeated)}</p>}
            {now.problem && <p class="problem" role="alert">{sentence(now.problem)}</p>}
            {now.info?.format === "CSV" && isChangeable(now) && now.phase !== "unreadable" && <Columns columns={now.info.columns} session={current} />}
          </>
        )}
      </div>
      {now && (
        <div class="part">
          {now.preview.length > 0 && now.phase !== "done" && <Preview users={now.preview} name={now.file.name} />}
          {now.phase === "checked" && <FailureTable id="refused" title="Will not be sent" failures={now.refused} of={now} />}
          <Progress now={now} session={current} />
          {!isOpen(now.phase) && (
            <FailureTable id="failures" title="Not stored" failures={now.failures} of={now}
              {...(now.phase === "done" ? { onMended: (file: File) => check([file]) } : {})} />
          )}
        </div>
      )}
    </section>
  );
}

/** The service does not tell which of the users were new. */
const KEPT = " Those that existed already stayed as they were.";

/** Nothing was sent yet. */
const isOpen = (phase: Phase): boolean => ["checking", "unfit", "checked"].includes(phase);

/** How the file is read can be changed, also where nobody can read it as it is. */
const isChangeable = ({ phase, checkpoint }: Job): boolean => (isOpen(phase) || phase === "unreadable") && checkpoint === 0;

function leftOut([first, ...more]: readonly string[]): string {
  const were = more.length === 0 ? "was" : `and ${counted(more.length, "more file")} were`;
  return `${first} ${were} not taken: files are imported one at a time.`;
}

function repeatedIds({ count, ids, hasMore }: Repeated): string {
  const more = hasMore ? " and more" : "";
  return `${counted(count, "user")} with the id of an earlier one: ${ids.join(", ")}${more}. Of users with the same id the first is stored; where users are replaced, the last.`;
}

function FileField({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const over = useSignal(false);
  return (
    <label
      class={over.value ? "drop over-drop" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        onFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <span>Drop a file here, or choose one</span>
      <input type="file" id="file" accept=".ndjson,.jsonl,.csv,.tsv,.txt,text/csv,application/x-ndjson"
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          // The same file may be chosen again.
          event.currentTarget.value = "";
        }} />
    </label>
  );
}

function said({ phase, total, refused, checkpoint, failures, override, trouble, file, info }: NonNullable<typeof job.value>): string {
  switch (phase) {
    case "checking":
      return `Checking ${file.name}: ${counted(total, "user")} read, nothing sent.`;
    case "unfit":
      return `${file.name}, ${info?.format}: nothing is sent yet.`;
    case "unreadable":
      return `${file.name} cannot be imported. Nothing is sent.`;
    case "checked":
      if (total === 0) return `${file.name}, ${info?.format}: it has no users, so there is nothing to send.`;
      return refused.length === 0
        ? `${file.name}, ${info?.format}: ${counted(total, "user")}, all valid. Nothing is sent yet.`
        : `${file.name}, ${info?.format}: ${counted(total, "user")}, of which ${grouped(refused.length)} cannot be sent. Nothing is sent yet.`;
    case "sending":
      return trouble ? `${trouble}: trying again to send ${file.name}.` : `Sending ${file.name}.`;
    case "paused":
      return `Paused at user ${grouped(checkpoint)} of ${grouped(total)}.`;
    default:
      return `Done: ${grouped(total - failures.length)} of ${counted(total, "user")} stored.${override ? "" : KEPT}`;
  }
}

const MAX_LINE = 240;

function Preview({ users, name }: { users: readonly unknown[]; name: string }) {
  return (
    <details open>
      <summary>The first {counted(users.length, "user")} of {name}</summary>
      <pre id="preview" tabIndex={0} aria-label="The first users">{users.map((user) => shortened(JSON.stringify(user), MAX_LINE)).join("\n")}</pre>
    </details>
  );
}
