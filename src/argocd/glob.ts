/**
 * True when a path matches a pattern as a whole: `*` and `?` stay within a name, `**` spans folders, `{a,b}` is either.
 * A pattern without `/` is held against the last name, as in .gitignore. Takes time by the product of both lengths, because
 * patterns come from Applications, where regular expressions could be made to take for ever.
 */
export function matchesGlob(path: string, pattern: string): boolean {
  const subject = pattern.includes("/") ? path : (path.split("/").at(-1) ?? path);
  return alternatives(pattern.replace(/^\.?\//, "")).some((plain) => matchesPlain(subject, plain));
}

/** What braces stand for; more than a thousand alternatives are nobody's intention. */
function alternatives(pattern: string): string[] {
  let patterns = [pattern];
  while (patterns.length <= 1000) {
    const expanded = patterns.flatMap((one) => {
      const braces = /\{([^{}]*)\}/.exec(one);
      if (!braces) return [one];
      const [before, behind] = [one.slice(0, braces.index), one.slice(braces.index + braces[0].length)];
      return (braces[1] ?? "").split(",").map((choice) => before + choice + behind);
    });
    if (expanded.length === patterns.length && expanded.every((one, at) => one === patterns[at])) return patterns;
    patterns = expanded;
  }
  return patterns.slice(0, 1000);
}

function matchesPlain(path: string, pattern: string): boolean {
  const tokens = pattern.match(/\*\*\/|\*\*|[^]/gu) ?? [];
  // reach[at]: the tokens so far can use up the path's first `at` characters.
  let reach = Array.from({ length: path.length + 1 }, (_, at) => at === 0);
  for (const token of tokens) {
    const next = Array.from({ length: path.length + 1 }, () => false);
    let open = false;
    for (let at = 0; at <= path.length; at++) {
      const before = path[at - 1];
      if (token === "**") {
        open ||= reach[at] === true;
        next[at] = open;
      } else if (token === "**/") {
        next[at] = reach[at] === true || (open && before === "/");
        open ||= reach[at] === true;
      } else if (token === "*") {
        open = reach[at] === true || (open && before !== "/");
        next[at] = open;
      } else if (at > 0) {
        const fits = token === "?" ? before !== "/" : before === token;
        next[at] = fits && reach[at - 1] === true;
      }
    }
    reach = next;
  }
  return reach[path.length] === true;
}
