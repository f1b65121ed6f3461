// In a file, because a page with a strict Content-Security-Policy runs no script that stands in its HTML.
import start from "./yew-profile.js";

await start();
