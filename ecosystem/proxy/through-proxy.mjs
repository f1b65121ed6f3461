// node through-proxy.mjs PROGRAM: runs it where the environment names a proxy. Tells `ok` where the program does and has used that.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const { startHttpProxy } = await import(pathToFileURL(join(process.env.MATRIX, "http-proxy.mjs")));
const proxy = await startHttpProxy();
const env = { ...process.env, HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: "" };
const { stdout } = await promisify(execFile)(process.execPath, process.argv.slice(2), { env });
proxy.stop();
console.log(proxy.used() > 0 ? stdout.trim() : `the proxy was not used, and the program tells ${stdout.trim()}`);
