/**
 * Room that a text takes, in the em of its font, when nobody knows which font draws it: the widths of DejaVu Sans and Verdana,
 * which are the widest that systems take for `sans-serif`, rounded up. A bold face is a tenth wider.
 */
const NARROW = 0.46;
const LOWER = 0.66;
const UPPER = 0.82;
const WIDE = 1.02;
/** Scripts and signs outside of ASCII, emoji among them. */
const OTHER = 1.4;
const BOLD = 1.1;

/** How a text is set. */
export interface Face {
  /** In pixels. */
  size: number;
  bold?: boolean;
}

/** The most pixels in width that a text takes. */
export function widthOf(text: string, { size, bold = false }: Face): number {
  let ems = 0;
  for (const char of text) {
    if (/[fijlrtI .,:;'!|()[\]/\\·-]/.test(char)) ems += NARROW;
    else if (/[mwMW@%&<>=+~…#^]/.test(char)) ems += WIDE;
    else if (/[A-Z"$?_*{}]/.test(char)) ems += UPPER;
    else ems += /[!-~]/.test(char) ? LOWER : OTHER;
  }
  return ems * size * (bold ? BOLD : 1);
}

/**
 * A text in lines that are no wider than the given pixels: broken after white space, a comma or what parts a URL where that
 * leaves no line half empty, else anywhere. What is over the given number of lines is cut off, and an ellipsis says so.
 */
export function fitText(text: string, face: Face, width: number, lines = 99): string[] {
  const fitted: string[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const whole = longestThatFits(rest, face, width);
    if (whole === rest) return [...fitted, rest];
    if (fitted.length === lines - 1) return [...fitted, `${longestThatFits(rest, face, width - widthOf("…", face))}…`];
    const nice = /^.*[ ,./:-](?=.)/s.exec(whole)?.[0] ?? "";
    const line = nice.length > whole.length / 2 ? nice : whole;
    fitted.push(line.trimEnd());
    rest = rest.slice(line.length).trimStart();
  }
  return fitted;
}

/** The start of a text as far as it fits, by whole code points and never empty. */
function longestThatFits(text: string, face: Face, width: number): string {
  let fitting = "";
  for (const char of text) {
    if (fitting !== "" && widthOf(fitting + char, face) > width) return fitting;
    fitting += char;
  }
  return fitting;
}
