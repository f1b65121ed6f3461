// Users that cannot be sent, or that were not stored: the first of them to read, all of them to download.

import { counted, grouped, sentence } from "../text";
import { asFile, type Failure, type Job } from "./job";
import type { Look } from "./look";
import { extract } from "./source";

const MAX_ROWS = 50;

interface Props {
  id: string;
  title: string;
  failures: readonly Failure[];
  /** What they are of, where they can be downloaded. */
  of?: Job;
}

export function FailureTable({ id, title, failures, of }: Props) {
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
      {of?.look && <Downloads failures={failures} file={of.file} look={of.look} />}
    </div>
  );
}

function Downloads({ failures, file, look }: { failures: readonly Failure[]; file: File; look: Look }) {
  const rows = async () => save(await extract(file, look, new Set(failures.map(({ index }) => index))), `mend-${file.name}`);
  return (
    <div class="buttons">
      <button type="button" id="download" onClick={() => save(asFile(failures), `${file.name}.failures.ndjson`)}>Download the reasons</button>
      <button type="button" id="download-rows" onClick={() => void rows()}>Download their rows, to mend and import</button>
    </div>
  );
}

function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
