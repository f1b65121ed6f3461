// The manifests in containers.md: each is what Kubernetes has of its kind, no member is unknown, and values have the form they need.
// No cluster is asked.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";

const blocks = [...readFileSync("containers.md", "utf8").matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text]) => text);
const manifests = blocks.flatMap((text) => parseAllDocuments(text)).map((document) => {
  if (document.errors.length > 0) throw document.errors[0];
  return document.toJS();
});

const lines = [];
for (const manifest of manifests) {
  const { apiVersion, kind } = manifest;
  const module = `kubernetes-models/${apiVersion}/${kind}`;
  const { [kind]: Model } = await import(module);
  new Model(manifest).validate();
  // A literal may have no member that its type does not have.
  lines.push(`import type { I${kind} } from "${module}";`, `export const a${lines.length}: I${kind} = ${JSON.stringify(manifest)};`);
  console.log(`${apiVersion} ${kind}`);
}
writeFileSync("manifests.ts", lines.join("\n"));
const flags = "--strict --noEmit --skipLibCheck --target es2022 --module nodenext --types --ignoreConfig".split(" ");
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", ...flags, "manifests.ts"], { stdio: ["ignore", 2, 2] });
console.log(manifests.length > 0 ? "ok" : "there are no manifests");
