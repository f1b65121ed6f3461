// The progress of an import, and the buttons that control it.

import type { Session } from "../service/types";
import { grouped, timeLeft } from "../text";
import { discard, pause, send, setOverride, type Job } from "./job";

export function Progress({ now, session }: { now: Job; session: Session }) {
  const { phase, total, checkpoint, perSecond, trouble, refused } = now;
  const isMoving = phase === "sending";
  const begun = isMoving || phase === "paused" || phase === "done";
  const isSendable = phase === "checked" && total > 0;
  const sendable = total - refused.length;
  return (
    <>
      {begun && (
        <div class="field">
          <label for="progress">Progress</label>
          <progress id="progress" max={Math.max(1, total)} value={checkpoint} />
          <p class="note" id="rate">
            {grouped(checkpoint)} of {grouped(total)}
            {isMoving && !trouble && perSecond > 0 && ` · ${grouped(perSecond)} users/s · ${timeLeft((total - checkpoint) / perSecond)} left`}
          </p>
        </div>
      )}
      {isSendable && (
        <label class="check">
          <input type="checkbox" id="override" checked={now.override} onChange={(event) => setOverride(event.currentTarget.checked)} />
          Replace users that exist; otherwise they stay as they are
        </label>
      )}
      <div class="buttons">
        {isSendable && (
          <button type="button" class="main" id="send" disabled={sendable === 0} onClick={() => void send(session)}>
            Send {grouped(sendable)} {sendable === 1 ? "user" : "users"}
          </button>
        )}
        {isMoving && <button type="button" id="pause" onClick={pause}>Pause</button>}
        {phase === "paused" && <button type="button" class="main" id="resume" onClick={() => void send(session)}>Resume</button>}
        {!isMoving && <button type="button" id="discard" onClick={() => discard(session)}>{phase === "done" ? "Another file" : "Discard"}</button>}
      </div>
    </>
  );
}
