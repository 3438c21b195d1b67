/** True for what Git, a browser or helm would take for something remote. */
export function isAddress(entry: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/|git::|gh:|github\.com[:/]|[^/]*@[^/]*[:/])/i.test(entry);
}

/** An address without what may be a credential: what stands before the last `@`, and all from a `?` or `#` on. */
export function withoutCredentials(entry: string): string {
  if (!isAddress(entry)) return entry;
  const [, scheme = "", rest = ""] = /^((?:git::)?(?:[a-z][a-z0-9+.-]*:\/\/)?)([^]*)$/i.exec(entry) ?? [];
  const [, path = "", query = ""] = /^([^?#]*)([^]*)$/.exec(rest) ?? [];
  const at = path.lastIndexOf("@");
  return `${scheme}${at === -1 ? path : `…${path.slice(at)}`}${query === "" ? "" : `${query.slice(0, 1)}…`}`;
}
