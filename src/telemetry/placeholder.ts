import { UNKNOWN } from "./go-url.ts";

/** None of them scans past the start of the next one, so that many starts without an end take no longer than their text. */
const PLACEHOLDERS = [
  // The collector's configuration, envsubst and Flux: `${NAME}`, `${env:NAME}`, `${NAME:-default}` with one level of nesting.
  /\$\{(?:[^{}]|\{[^{}]*\})*\}/,
  // Kubernetes: `$(NAME)`; envsubst and Argo CD: `$NAME`.
  /\$\([A-Za-z_][\w.-]*\)|\$[A-Za-z_]\w*/,
  // Helm and other Go templates: `{{ .Values.host }}`.
  /\{\{(?:(?!\{\{)[^])*?\}\}/,
  // argocd-vault-plugin: `<name>`, `<path:kv/data/backend#url | base64decode>`.
  /<[^<>\n]+>/,
  // vals and helm-secrets: `ref+vault://secret/backend#/url`, up to a `+` where more follows.
  /(?:secret)?ref\+[^+:\s]*:\/\/[^+\s]+\+?/,
  // bank-vaults: `vault:secret/data/backend#url` as a whole value.
  /^(?:>>)?vault:[^\s#/]*\/[^\s#]*#\S+$/,
];

const PLACEHOLDER = new RegExp(PLACEHOLDERS.map(({ source }) => source).join("|"), "g");

/** Blanks each placeholder that a later tool fills in with as many `UNKNOWN` characters, so that positions stay those of the text. */
export function maskPlaceholders(text: string): string {
  return text.replace(PLACEHOLDER, (placeholder) => UNKNOWN.repeat(placeholder.length));
}

/**
 * The `value` of an endpoint as it may be shown, never a Secret's: without user info, query and fragment, which may hold
 * credentials; `…` marks what was left out besides user info. All before the last `@` is taken for user info, even where
 * Go sees a path there. The same holds for the default of a placeholder that is an address.
 */
export function showable(text: string): string {
  const masked = maskPlaceholders(text);
  const start = /^[^/?#@]*:\/\//.exec(masked)?.[0].length ?? 0;
  const afterUserInfo = Math.max(start, masked.lastIndexOf("@") + 1);
  const hidden = /[/?#]/.test(masked.slice(start, afterUserInfo)) ? "…" : "";
  const tail = masked.slice(afterUserInfo).search(/[?#]/);
  const end = tail < 0 ? text.length : afterUserInfo + tail;
  const more = end + 1 < text.length ? "…" : "";
  const kept = text.slice(0, start) + hidden + text.slice(afterUserInfo, end + 1) + more;
  return kept.replace(FALLBACK, (whole, name: string, fallback: string) =>
    /:\/\/|@/.test(fallback) ? `${name}${showable(fallback)}}` : whole,
  );
}

/** `${NAME:-default}` and its kin, or `${yaml:value}`: what follows may be an endpoint by itself. */
const FALLBACK = /(\$\{(?:\w+:)?[\w.]*(?::[-=?+]|-)|\$\{\w+:)((?:[^{}]|\{[^{}]*\})*)\}/g;
