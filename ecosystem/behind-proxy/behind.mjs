// node behind.mjs PROXY PROGRAM...: runs the programs against the server behind a proxy that is set up as proxies.md says. Tells `ok`
// where each program does.
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const { freePort, listening } = await import(pathToFileURL(join(process.env.MATRIX, "port.mjs")));

const NAME = "users.example.com";
const [proxy, ...programs] = process.argv.slice(2);
const folder = resolve("proxy");
mkdirSync(folder);
const port = await freePort();
const server = new URL(new URLSearchParams(process.env.MATRIX_SERVER).get("baseUrl")).port;

/** What the guide says, with other ports and places. */
function settings(language, places) {
  let [, text] = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "ms").exec(readFileSync("proxies.md", "utf8"));
  for (const [given, here] of Object.entries({ ":8000": `:${server}`, ...places })) {
    if (!text.includes(given)) throw new Error(`the settings for ${language} have no ${given}`);
    text = text.replaceAll(given, here);
  }
  return text;
}

/** Each proxy: its program, how it is started, and the certificate that its clients have to trust. */
const PROXIES = {
  nginx() {
    const certificate = join(folder, "own.pem");
    const names = `/CN=${NAME} -addext subjectAltName=DNS:${NAME},DNS:localhost`;
    const request = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj ${names}`.split(" ");
    execFileSync("openssl", [...request, "-keyout", join(folder, "own.key"), "-out", certificate], { stdio: "pipe" });
    const written = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((what) => `${what}_temp_path ${folder};`).join(" ");
    const text = settings("nginx", { "listen 443": `listen localhost:${port}`, [`/etc/ssl/${NAME}`]: join(folder, "own") });
    writeFileSync(join(folder, "nginx.conf"), [
      "daemon off; master_process off; error_log stderr;", `pid ${join(folder, "pid")};`, "events {}", `http { access_log off; ${written}`, text, "}",
    ].join("\n"));
    const program = process.env.NGINX;
    const { version } = /nginx\/(?<version>\S+)/.exec(execFileSync("sh", ["-c", '"$0" -v 2>&1', program], { encoding: "utf8" })).groups;
    return { program, version, args: ["-p", folder, "-e", "stderr", "-c", join(folder, "nginx.conf")], certificate };
  },
  caddy() {
    const own = ["admin off", "local_certs", "skip_install_trust", "auto_https disable_redirects"];
    const text = settings("caddyfile", { [NAME]: `https://localhost:${port}, https://${NAME}:${port}` });
    writeFileSync(join(folder, "Caddyfile"), `{\n${own.join("\n")}\n}\n${text}`);
    const program = process.env.CADDY;
    const version = execFileSync(program, ["version"], { encoding: "utf8" }).trim().split(" ")[0];
    const args = ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"];
    return { program, version, args, certificate: join(folder, "caddy/pki/authorities/local/root.crt") };
  },
};

const { program, version, args, certificate } = PROXIES[proxy]();
console.log(`version ${version}`);
const running = spawn(program, args, { stdio: ["ignore", 2, 2], env: { ...process.env, XDG_DATA_HOME: folder } });
process.on("exit", () => running.kill());
running.once("exit", (code) => {
  console.error(`the proxy ended with ${code}`);
  process.exit(1);
});
await listening(port);

const given = process.env.MATRIX_SERVER.replaceAll(/http:\/\/[^/&]+/g, `https://localhost:${port}`);
const env = { ...process.env, MATRIX_SERVER: given, NODE_EXTRA_CA_CERTS: certificate, BEHIND: `${NAME}:${port}` };
for (const each of programs) {
  const { stdout } = await promisify(execFile)(process.execPath, [each], { env });
  if (stdout.trim() !== "ok") throw new Error(`${each} tells ${stdout}`);
}
console.log("ok");
process.exit(0);
