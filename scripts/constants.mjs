// What the program knows of package.json, as constants that its source names.
import { readFileSync } from "node:fs";

const about = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

/** Where a bug is reported, to follow "please report it". */
function reportTo({ bugs, homepage, repository }) {
  const url = bugs?.url ?? bugs ?? homepage ?? repository?.url ?? repository;
  return url === undefined ? "as an issue of the intercept-backends repository" : `at ${url}`;
}

/** The constants, each as an expression of JavaScript. */
export const constants = {
  __VERSION__: JSON.stringify(about.version),
  __REPORT__: JSON.stringify(reportTo(about)),
};
