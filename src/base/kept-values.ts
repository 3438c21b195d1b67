const WORDS = "PASS(?:WORD|WD|PHRASE)|SECRET|TOKEN|CREDENTIAL|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY";

/** A variable as a key, in whatever quotes: `DB_PASSWORD: `. */
const KEY = new RegExp(`["'\\\\]*\\b[A-Z0-9_]*(?:${WORDS})[A-Z0-9_]*["'\\\\]*\\s*:[ \\t]*`);

/** A variable as an element of `env`: `name: DB_PASSWORD`. */
const NAME = new RegExp(`\\bname["'\\\\]*\\s*:\\s*["'\\\\]*[\\w.-]*(?:${WORDS})[\\w.-]*`, "i");
const VALUE = /(?:^|[\s{,"'\\-])value["'\\]*\s*:[ \t]*/;

/**
 * For each line of YAML or JSON, the column from which it holds the value of a variable whose name says that it is to be
 * kept: in `env`, or as a key in capitals, as in `proxyMetadata`. Undefined for a line without any.
 */
export function keptFrom(lines: readonly string[]): (number | undefined)[] {
  const from: (number | undefined)[] = lines.map(() => undefined);
  const hide = (at: number, column: number): void => {
    from[at] = Math.min(from[at] ?? Infinity, column);
  };
  /** Hides what follows a key at a column of a line: the rest of the line, and the lines that are indented further. */
  const hideValue = (at: number, key: RegExpExecArray): void => {
    const line = lines[at] ?? "";
    hide(at, key.index + key[0].length);
    const column = columnOf(line);
    for (let next = at + 1; next < lines.length && isWithin(lines[next] ?? "", column); next++) {
      hide(next, indentOf(lines[next] ?? ""));
    }
  };
  for (const [at, line] of lines.entries()) {
    const key = KEY.exec(line);
    if (key) hideValue(at, key);
    if (!NAME.test(line)) continue;
    for (const sibling of siblingsOf(lines, at)) {
      const value = VALUE.exec(lines[sibling] ?? "");
      if (value) hideValue(sibling, value);
    }
  }
  return from;
}

/** A text in which the values of such variables are `…`. */
export function withoutKept(text: string): string {
  const lines = text.split("\n");
  const from = keptFrom(lines);
  return lines.map((line, at) => (from[at] === undefined ? line : `${line.slice(0, from[at])}…`)).join("\n");
}

/** The lines of the same map as a line: those around it that start at its column, the first of them after a dash. */
function siblingsOf(lines: readonly string[], at: number): number[] {
  const column = columnOf(lines[at] ?? "");
  const siblings = [at];
  for (let above = at; above > 0 && !isDash(lines[above] ?? "");) {
    above -= 1;
    if (columnOf(lines[above] ?? "") < column && (lines[above] ?? "").trim() !== "") break;
    siblings.push(above);
  }
  for (let below = at + 1; below < lines.length; below++) {
    const line = lines[below] ?? "";
    if (line.trim() !== "" && (indentOf(line) < column || (isDash(line) && columnOf(line) <= column))) break;
    siblings.push(below);
  }
  return siblings;
}

function isDash(line: string): boolean {
  return /^\s*-\s/.test(line);
}

function isWithin(line: string, column: number): boolean {
  return line.trim() === "" || indentOf(line) > column;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Where the first key or value of a line stands, after its dash. */
function columnOf(line: string): number {
  return /^\s*(?:-\s+)*/.exec(line)?.[0].length ?? 0;
}
