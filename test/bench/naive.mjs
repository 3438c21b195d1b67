// The way that first comes to mind: parse everything, print everything.
import { readFileSync, writeFileSync } from "node:fs";
import { parseDocument } from "yaml";

writeFileSync(1, parseDocument(readFileSync(0, "utf8")).toString());
