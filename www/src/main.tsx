import { render } from "preact";

import { App } from "./app";
import "./style.css";
import "./user/follow";

const root = document.getElementById("app");
if (root) render(<App />, root);
// For measurements: from here on the form takes what one types.
performance.mark("interactive");
