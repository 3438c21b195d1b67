/** True when two paths name one folder: a slash at the end makes no difference to a mount. */
export function samePath(path: unknown, other: string): boolean {
  return typeof path === "string" && path.replace(/\/+$/, "") === other.replace(/\/+$/, "");
}
