// Copies a text, and says that it did.

import { useSignal } from "@preact/signals";

interface Props {
  text: string;
  /** What it is, for who does not see it. */
  label: string;
  /** What stands on the button. */
  children: string;
}

export function CopyButton({ text, label, children }: Props) {
  const told = useSignal("");
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      told.value = "Copied";
    } catch {
      told.value = "Not allowed to copy";
    }
  }
  return (
    <button type="button" class="copy" onClick={() => void copy()} onBlur={() => (told.value = "")}
      aria-label={`Copy ${label}`} title="Copy">
      <span><bdi>{children}</bdi></span>
      <span class="told" role="status">{told}</span>
    </button>
  );
}
