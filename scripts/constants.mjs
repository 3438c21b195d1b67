// What the program knows of package.json, as constants that its source names.
import { readFileSync } from "node:fs";

const about = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

/** Where a bug is reported, to follow "please report it". */
function reportTo({ bugs, homepage, repository }) {
  const url = bugs?.url ?? bugs ?? homepage ?? repository?.url ?? repository;
  return url === undefined ? "as an issue of the intercept-backends repository" : `at ${url}`;
}

/**
 * Where docs/ of this version can be read, without a slash at its end; "" where neither package.json nor the workflow that
 * builds it knows a repository.
 */
export function docsAt({ homepage, repository, version }, env = process.env) {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = env;
  const url = repository?.url ?? repository ?? (server && name ? `${server}/${name}` : homepage);
  const base = url?.replace(/^git\+/, "").replace(/(?:\.git)?(?:#.*)?$/, "");
  return base?.startsWith("https://") ? `${base}/blob/v${version}/docs` : "";
}

/** The constants, each as an expression of JavaScript. */
export const constants = {
  __VERSION__: JSON.stringify(about.version),
  __DOCS__: JSON.stringify(docsAt(about)),
  __REPORT__: JSON.stringify(reportTo(about)),
};
