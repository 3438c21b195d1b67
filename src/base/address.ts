/** True for what Git, a browser or helm would take for something remote. */
export function isAddress(entry: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/|git::|gh:|github\.com[:/]|[^/]*@[^/]*[:/])/i.test(entry);
}

/**
 * A text whose addresses hold nothing that may be a credential: `…` for what stands before an `@`, and for all that follows a
 * `?` or `#`. Addresses may stand anywhere in it, in the spellings of URLs, go-getter (`git::`) and scp (`user@host:path`).
 */
export function withoutCredentials(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)([^\s"'<>{}]*)/gi, (_, scheme: string, rest: string) => {
      const [, path = "", mark = ""] = /^([^?#]*)([?#]?)/.exec(rest) ?? [];
      const at = path.lastIndexOf("@");
      return `${scheme}${at === -1 ? path : `…${path.slice(at)}`}${mark === "" ? "" : `${mark}…`}`;
    })
    .replace(/(^|[\s"'=]|git::)[^\s"'/=@…]+(@[^\s"'/@]+:)/g, "$1…$2");
}
