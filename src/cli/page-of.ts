declare const __DOCS__: string;

/** The address of the page on a warning; undefined in a build that knows no repository, as in tests. */
export function pageOf(warning: string): string | undefined {
  const base = typeof __DOCS__ === "string" ? __DOCS__ : "";
  return base === "" ? undefined : `${base}/warnings/${warning}.md`;
}
