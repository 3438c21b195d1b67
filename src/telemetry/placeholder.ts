import { UNKNOWN } from "./go-url.ts";

/** `${NAME}`, `${env:NAME}`, `${NAME:-default}` with one level of nesting, `$(NAME)`, `$NAME`. */
const PLACEHOLDER = /\$\{(?:[^{}]|\{[^{}]*\})*\}|\$\([A-Za-z_][\w.-]*\)|\$[A-Za-z_]\w*/g;

/**
 * Blanks every environment placeholder with as many `UNKNOWN` characters, so that positions stay those of the text.
 * In: any text. Out: a text of the same length. Never throws.
 * Source: the collector's configuration (`${env:NAME}`), Kubernetes (`$(NAME)`), envsubst and Flux (`${NAME}`, `$NAME`).
 */
export function maskPlaceholders(text: string): string {
  if (!text.includes("$")) return text;
  return text.replace(PLACEHOLDER, (placeholder) => UNKNOWN.repeat(placeholder.length));
}

/**
 * An endpoint in a form that may be shown: as written, but without user info, query and fragment, which may hold credentials.
 * In: the `value` of an endpoint, well-formed or not; never a Secret's. Out: text; `…` marks what was left out besides user info. Never throws.
 * Errs on the side of hiding: all before the last `@` is taken for user info, even where Go sees a path there.
 * Source: DESIGN.md, "No Secret value reaches stdout".
 */
export function showable(text: string): string {
  const masked = maskPlaceholders(text);
  const start = /^[^/?#@]*:\/\//.exec(masked)?.[0].length ?? 0;
  const afterUserInfo = Math.max(start, masked.lastIndexOf("@") + 1);
  const hidden = /[/?#]/.test(masked.slice(start, afterUserInfo)) ? "…" : "";
  const tail = masked.slice(afterUserInfo).search(/[?#]/);
  const end = tail < 0 ? text.length : afterUserInfo + tail;
  const more = end + 1 < text.length ? "…" : "";
  return text.slice(0, start) + hidden + text.slice(afterUserInfo, end + 1) + more;
}
