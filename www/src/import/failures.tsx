// Users that cannot be sent, or that were not stored: the first of them to read, all of them to download.

import { useEffect, useRef } from "preact/hooks";

import { save } from "../save";
import { counted, grouped, sentence } from "../text";
import { beginMending, setMending, toNdjson, type Failure, type Job } from "./job";
import { extract } from "./source";

const MAX_ROWS = 50;
const NDJSON = "application/x-ndjson";

interface Props {
  id: string;
  title: string;
  failures: readonly Failure[];
  /** What they are of, where they can be downloaded. */
  of: Job;
  /** What is done with their rows, once they are mended in the page. */
  onMended?: (file: File) => void;
}

export function FailureTable({ id, title, failures, of, onMended }: Props) {
  if (failures.length === 0) return null;
  return (
    <div class="field">
      <h3 id={`${id}-title`}>{title}: {counted(failures.length, "user")}</h3>
      <div class="scroll" role="region" tabIndex={0} aria-labelledby={`${id}-title`}>
        <table id={id}>
          <thead>
            <tr><th scope="col">User</th><th scope="col">Id</th><th scope="col">Why</th></tr>
          </thead>
          <tbody>
            {failures.slice(0, MAX_ROWS).map(({ index, id, message }) => (
              <tr key={index}>
                <td class="number">{grouped(index + 1)}</td>
                <td class="given mono"><bdi>{id}</bdi></td>
                <td class="why">{sentence(message)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {failures.length > MAX_ROWS && <p class="note">The first {MAX_ROWS} are shown.</p>}
      <Rows failures={failures} of={of} {...(onMended && { onMended })} />
    </div>
  );
}

/** The rows of these users: to download, or to mend at once. */
function Rows({ failures, of: { file, info, mending }, onMended }: Pick<Props, "failures" | "of" | "onMended">) {
  const field = useRef<HTMLTextAreaElement>(null);
  const isOpen = mending !== undefined;
  useEffect(() => field.current?.focus(), [isOpen]);
  if (info === undefined) return null;
  const rows = () => extract(file, info, new Set(failures.map(({ index }) => index)));
  const name = file.name.replace(/^(mend-)?/, "mend-");
  const type = info.format === "CSV" ? "text/csv" : NDJSON;
  if (!isOpen || !onMended) {
    return (
      <div class="buttons">
        {onMended && failures.length <= MAX_ROWS && (
          <button type="button" class="main" id="mend" onClick={() => void rows().then((text) => beginMending(text, file))}>Mend them here</button>
        )}
        <button type="button" id="download" onClick={() => save([toNdjson(failures)], `${file.name}.failures.ndjson`, NDJSON)}>Download the reasons</button>
        <button type="button" id="download-rows" onClick={() => void rows().then((given) => save([given], name, type))}>Download their rows, to mend and import</button>
      </div>
    );
  }
  return (
    <form class="field" id="mending"
      onSubmit={(event) => {
        event.preventDefault();
        onMended(new File([mending], name, { type }));
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
      }}>
      <label for="rows">Their rows, as they are in {file.name}</label>
      <textarea id="rows" ref={field} class="mono" spellcheck={false} value={mending} onInput={(event) => setMending(event.currentTarget.value)} />
      <div class="buttons">
        <button class="main" id="mended">Check them</button>
        <button type="button" id="mend-later" onClick={() => setMending(undefined)}>Leave them as they are</button>
      </div>
    </form>
  );
}
