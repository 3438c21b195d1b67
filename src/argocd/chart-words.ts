/** What a verb of Go's `fmt` stands for in a text, which is what is not to be seen of it. */
const VERB = /%[-+# 0]*[\d.*]*[a-zA-Z]/;

/**
 * What a template says by its own `fail`, `required` or the like: the text that stands in it as a literal, with `…` for the
 * values in it. Undefined where what was said is no such text, since then it may hold anything.
 */
export function failWords(said: string, template: string, line: number): string | undefined {
  const text =
    /execution error at \([^)]*\): ([^]*)$/.exec(said)?.[1] ??
    /error calling (?:fail|required): ([^]*)$/.exec(said)?.[1];
  if (text === undefined) return undefined;
  const fitting = literalsIn(template)
    .map((literal) => ({ ...literal, parts: literal.text.split(VERB) }))
    .filter(({ parts }) => parts.join("").trim().length > 2 && standIn(text, parts))
    // The one at the line that is named, else the longest.
    .toSorted(
      (one, other) => Math.abs(one.line - line) - Math.abs(other.line - line) || other.text.length - one.text.length,
    );
  return fitting[0]?.parts.join("…").trim();
}

function standIn(text: string, parts: readonly string[]): boolean {
  let from = 0;
  return parts.every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at !== -1;
  });
}

/** The texts in quotes within the actions of a template (text/template: constants), and their lines. */
function literalsIn(template: string): { text: string; line: number }[] {
  return [...template.matchAll(/\{\{([^]*?)\}\}/g)].flatMap((action) => {
    const line = template.slice(0, action.index).split("\n").length;
    return [...(action[1] ?? "").matchAll(/"((?:[^"\\\n]|\\.)*)"|`([^`]*)`/g)].map(([, quoted, raw]) => ({
      text:
        raw ??
        (quoted ?? "").replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char === "t" ? "\t" : char)),
      line,
    }));
  });
}
