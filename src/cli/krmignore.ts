/** True for a path, relative to the folder of a `.krmignore`, that it names. */
export type IsIgnored = (path: string, isFolder: boolean) => boolean;

/** One line of the file. */
interface Pattern {
  /** What the first parts of a path have to match, else its last ones. */
  fromRoot: boolean;
  onlyFolders: boolean;
  parts: readonly RegExp[];
}

/**
 * Reads a `.krmignore` as kpt does, which is not as Git does: `!` wins wherever it stands, `a/b` is found at any depth, `**`
 * is `*` (kyaml: kio/ignorefilesmatcher.go; monochromegane/go-gitignore: gitignore.go).
 */
export function readIgnoreFile(text: string): IsIgnored {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.replace(/^ +| +$/g, ""))
    .filter((line) => line !== "" && !line.startsWith("#"));
  const accepted = lines.flatMap((line) => (line.startsWith("!") ? [patternOf(line.slice(1))] : []));
  const ignored = lines.flatMap((line) => (line.startsWith("!") ? [] : [patternOf(line.replace(/^\\#/, "#"))]));
  return (path, isFolder) => {
    const isNamed = (pattern: Pattern): boolean => matches(pattern, path.split("/"), isFolder);
    return !accepted.some(isNamed) && ignored.some(isNamed);
  };
}

function patternOf(line: string): Pattern {
  const parts = line.replace(/^\/+|\/+$/g, "").split("/");
  return { fromRoot: line.startsWith("/"), onlyFolders: line.endsWith("/"), parts: parts.map(expressionOf) };
}

function matches({ fromRoot, onlyFolders, parts }: Pattern, path: readonly string[], isFolder: boolean): boolean {
  if (path.length < parts.length || (onlyFolders && !isFolder)) return false;
  // Below a folder that a pattern from the root names, nothing is asked for.
  const compared = fromRoot ? path.slice(0, parts.length) : path.slice(-parts.length);
  return compared.every((name, at) => parts[at]?.test(name));
}

/** A name with `*`, `?` and `[a-z]`, as Go's path/filepath.Match reads it; one that it refuses matches nothing. */
function expressionOf(part: string): RegExp {
  const tokens = part.match(/\\[^]|\[\^?(?:\\[^]|[^\]\\])+\]|[^]/gu) ?? [];
  if (tokens.some((token) => token === "[" || token === "\\")) return /(?!)/;
  const source = tokens.map((token) => {
    if (token === "*") return ".*";
    if (token === "?") return ".";
    if (token.length > 1 && token.startsWith("[")) return token;
    return (token.startsWith("\\") ? token.slice(1) : token).replace(/[$()*+.?[\\\]^{|}]/g, "\\$&");
  });
  return new RegExp(`^${source.join("")}$`, "su");
}
