// From a path, such as `.tags[2]["a b"]`, to the place in the text that it means.

import type { SyntaxNode, Tree } from "@lezer/common";

export interface Range {
  from: number;
  to: number;
}

/** The first place that is no JSON; one character at least, so that it can be seen. */
export function brokenAt(tree: Tree): Range {
  let found: Range | undefined;
  tree.iterate({
    enter(node) {
      if (found === undefined && node.type.isError) found = { from: node.from, to: node.to };
      return found === undefined;
    },
  });
  const { from, to } = found ?? { from: 0, to: tree.length };
  return from === to ? { from: Math.max(0, from - 1), to } : { from, to };
}

/** Numbers that are read as others: what is sent is not what was typed. */
export function rounded(tree: Tree, text: string): (Range & { read: string })[] {
  const found: (Range & { read: string })[] = [];
  tree.iterate({
    enter({ name, from, to }) {
      const number = text.slice(from, to);
      // Digits after a point are as near as a number gets to what they mean; of a whole number one expects all.
      if (name !== "Number" || !/^-?\d{16,}$/.test(number)) return;
      const read = BigInt(Number(number));
      if (read !== BigInt(number)) found.push({ from, to, read: String(read) });
    },
  });
  return found;
}

/** The names of members that another one in the same object, further down, has too: JSON keeps the last alone. */
export function replaced(tree: Tree, text: string): Range[] {
  const found: Range[] = [];
  tree.iterate({
    enter({ name, node }) {
      if (name !== "Object") return;
      const properties = node.getChildren("Property");
      const last = new Map(properties.map((property) => [nameOf(property, text), property.from]));
      for (const property of properties) {
        const { from, to } = property.getChild("PropertyName") ?? property;
        if (last.get(nameOf(property, text)) !== property.from) found.push({ from, to });
      }
    },
  });
  return found;
}

/** The value at the path, or as much of the way to it as is there. */
export function rangeOf(tree: Tree, text: string, path: string): Range {
  let node = tree.topNode.firstChild;
  for (const step of steps(path)) {
    const next: SyntaxNode | undefined = node ? child(node, text, step) : undefined;
    if (!next) break;
    node = next;
  }
  if (!node) return { from: 0, to: text.length };
  // All of the text underlined would say nothing: of the value as a whole, its first character.
  return node.parent?.parent ? { from: node.from, to: node.to } : { from: node.from, to: Math.min(node.to, node.from + 1) };
}

/** `.tags[2]["a b"]` as `"tags", 2, "a b"`. */
export function steps(path: string): (string | number)[] {
  const found = path.matchAll(/\.([A-Za-z_$][\w$]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g);
  return [...found].map(([, name, index, key]) =>
    name !== undefined ? name : index !== undefined ? Number(index) : (JSON.parse(key ?? '""') as string),
  );
}

function child(node: SyntaxNode, text: string, step: string | number): SyntaxNode | undefined {
  if (node.name === "Array" && typeof step === "number") return values(node)[step];
  if (node.name !== "Object") return undefined;
  // Of two members with one name, JSON.parse takes the last.
  return node.getChildren("Property").findLast((property) => nameOf(property, text) === String(step))?.lastChild ?? undefined;
}

const PUNCTUATION = ["[", "]", ",", "⚠"];

function values(array: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let node = array.firstChild; node; node = node.nextSibling) {
    if (!PUNCTUATION.includes(node.name)) found.push(node);
  }
  return found;
}

function nameOf(property: SyntaxNode, text: string): string | undefined {
  const name = property.getChild("PropertyName");
  return name ? (JSON.parse(text.slice(name.from, name.to)) as string) : undefined;
}
