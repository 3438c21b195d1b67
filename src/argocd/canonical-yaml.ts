/**
 * Plain data as YAML that every reader of YAML and JSON reads as this data: JSON with a space after each colon, and nothing
 * that YAML 1.1 takes for a line break, or refuses, unescaped.
 */
export function toYaml(value: unknown): string {
  const json = JSON.stringify(value, null, 1) ?? "null";
  const escaped = json.replace(
    /[\u007f-\u{d7ff}\ue000-\uffff]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${escaped}\n`;
}

/** A text without `---` lines after its last content: kustomize reads the first document alone. */
export function withoutLastSeparators(text: string): string {
  const lines = text.split("\n");
  let end = lines.length;
  for (let at = lines.length - 1; at > 0; at--) {
    const line = lines[at] ?? "";
    if (/^---[ \t]*(?:#.*)?\r?$/.test(line)) end = at;
    else if (!/^[ \t]*(?:#.*)?\r?$/.test(line)) break;
  }
  return end === lines.length ? text : `${lines.slice(0, end).join("\n")}\n`;
}
