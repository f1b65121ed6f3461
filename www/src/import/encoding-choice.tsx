// What a CSV file is read as, to be changed where what it seems to be is not what it is.

import type { Session } from "../service/types";
import { ENCODINGS, type Encoding } from "./encoding";
import type { FileInfo } from "./file-info";
import { setEncoding } from "./job";

export function EncodingChoice({ info: { encoding, strayLine }, session }: { info: FileInfo; session: Session }) {
  return (
    <>
      <label class="beside">
        <span>Read as</span>
        <select id="encoding" value={encoding} onChange={(event) => void setEncoding(session, event.currentTarget.value as Encoding)}>
          {ENCODINGS.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
        </select>
      </label>
      {encoding === "utf-8" && strayLine !== undefined && (
        <p class="warning" id="stray">Line {strayLine} has bytes that are not UTF-8. They are read as �, and would be stored so.</p>
      )}
    </>
  );
}
