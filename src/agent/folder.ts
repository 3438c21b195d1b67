/** A folder without empty and dot segments and without a slash at its end; undefined for what is no absolute path. */
export function folderOf(path: unknown): string | undefined {
  if (typeof path !== "string" || !path.startsWith("/")) return undefined;
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return `/${segments.join("/")}`;
}

/** True when two paths name one folder. */
export function samePath(path: unknown, other: string): boolean {
  const folder = folderOf(path);
  return folder !== undefined && folder === folderOf(other);
}

/** The rest of a folder's path below another one: "" for the same folder, undefined for one that is not in it. */
export function pathBelow(path: unknown, outer: unknown): string | undefined {
  const [inner, base] = [folderOf(path), folderOf(outer)];
  if (inner === undefined || base === undefined) return undefined;
  if (inner === base) return "";
  const start = base === "/" ? base : `${base}/`;
  return inner.startsWith(start) ? inner.slice(start.length) : undefined;
}
