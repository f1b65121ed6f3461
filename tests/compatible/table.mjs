// docs/compatible.md, made of what the test has run.

import { OPERATIONS } from "./operations.mjs";

const INTRO = `# Stream's SDKs against the server

The [server](../server/README.md) with the official SDKs of Stream's Activity Feeds v2, by what they are asked to do. This
page is made of what a test has run (\`cargo xtask test --only compatible\`), and the test compares the two.

- **run**: the SDK itself, against the server.
- **replayed**: the request that the SDK sends, with its method, path, parameters, headers, token and body as its public source
  has them, sent to the server; the answer is held to what the SDK reads of it: the statuses that it takes, the fields, how it
  parses times and durations, what it needs of an error. The facts are in \`tests/compatible/requests/\`.
- –: the SDK cannot do that.
`;

const OUTRO = `
## Where the server is

| SDK | what it is told |
|---|---|
| JavaScript | \`{ local: true }\` for \`http://localhost:8000\`; otherwise \`urlOverride: { api: "http://localhost:8000/api/" }\`, or \`STREAM_BASE_URL\` |
| Python | \`stream.connect(key, secret, base_url="http://localhost:8000")\`: to any host but \`localhost\` it adds the name of a service |
| Ruby | the variable \`STREAM_URL\`, as in \`http://localhost:8000\`, of which scheme, host and port are used; key and secret are arguments |
| PHP | the variable \`STREAM_BASE_URL\`, as in \`http://localhost:8000/api\` |
| Go | \`stream.WithAPIAddr("http://localhost:8000")\` |
| Java | \`.scheme("http").host("localhost").port(8000)\` of the builder |
| .NET | the variable \`STREAM_URL\`, as in \`http://localhost:8000\` |

## What to know

- **PHP and Python** refuse secrets under 32 bytes, or warn of them: the secret of the demo's app is long enough.
- **Java** closes the body of an answer as soon as it has handed it on. Where the answer is there before the program has said what to
  do with it, which is likely with a server on the same machine, reading it fails as \`closed\`. Start the server with
  \`--latency 20\`, so that it answers 20 ms later than it could.
- **Ruby, PHP, Go and .NET** cannot ask for follow counts, and Ruby, PHP, Go, Java and Python have no batches of users.
- Parameters of feeds that are read are answered or refused by [one rule](../server/README.md#endpoints).
`;

const escaped = (text) => text.replaceAll("|", "\\|");

/** The page, of `columns`: `{ language, sdk, version, source, cells }`, where `cells` says of each operation how it was tried. */
export function render(columns) {
  const sdks = columns.map(({ language, sdk, version, source, how }) => `| ${language} | [\`${sdk}\`](${source}) | ${version} | ${how} |`);
  const rows = Object.entries(OPERATIONS).map(([operation, { title }]) =>
    `| ${escaped(title)} | ${columns.map(({ cells }) => cells[operation] ?? "–").join(" | ")} |`);
  return [
    INTRO,
    "| language | SDK | version | |\n|---|---|---|---|",
    ...sdks,
    "",
    `| | ${columns.map(({ language }) => language).join(" | ")} |`,
    `|---|${columns.map(() => "---|").join("")}`,
    ...rows,
    OUTRO,
  ].join("\n");
}
