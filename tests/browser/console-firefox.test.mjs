// Every task of the console, with a picture of each in target/screenshots. A file for each engine, so that they run side by side.

import { tour } from "../support/console-engine.mjs";

tour("firefox");
