// What goes over the wire: the calls, how long they take, what is made to fail, and the code that does the same.

import { CallLog } from "./call-log";
import { CodePanel } from "../code/panel";
import { FaultSwitches } from "./faults";

export function Wire() {
  return (
    <>
      <CallLog />
      <FaultSwitches />
      <CodePanel />
    </>
  );
}
