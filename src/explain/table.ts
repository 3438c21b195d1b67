/** How a table is set. */
export interface Look {
  withColour: boolean;
  /** Columns of the terminal, in which the lines have to fit; without it they are as long as they are. */
  width?: number | undefined;
}

/** The narrowest that a column becomes. */
const NARROWEST = 8;
const GAP = "  ";

/**
 * Rows as lines of text, the first one being the head. Where they are wider than the terminal the widest columns are made
 * narrower and their cells go on in the next line. `paint` colours a piece of a cell.
 */
export function formatTable(
  rows: readonly (readonly string[])[],
  width = Infinity,
  paint = (piece: string, _row: number, _column: number): string => piece,
): string[] {
  const count = rows[0]?.length ?? 0;
  const longest = Array.from({ length: count }, (_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const widths = narrowed(longest, width - GAP.length * (count - 1));
  return rows.flatMap((row, position) => {
    const cells = row.map((cell, at) => wrap(cell, widths[at] ?? 0));
    const height = Math.max(...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      cells
        .map((lines, at) => {
          const piece = lines[line] ?? "";
          const padding = at === count - 1 ? "" : " ".repeat((widths[at] ?? 0) - piece.length);
          return piece === "" ? padding : paint(piece, position, at) + padding;
        })
        .join(GAP)
        .trimEnd(),
    );
  });
}

function narrowed(longest: readonly number[], most: number): number[] {
  const widths = [...longest];
  while (widths.reduce((sum, width) => sum + width, 0) > most) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** A text in pieces of at most so many characters, parted after a blank or a mark of a URL where there is one. */
export function wrap(text: string, width: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const whole = rest.slice(0, width + 1);
    const nice = /^.*[ ,./:-](?=.)/s.exec(whole)?.[0] ?? "";
    const piece = nice.length > width / 3 ? nice : rest.slice(0, width);
    pieces.push(piece.trimEnd());
    rest = rest.slice(piece.length).trimStart();
  }
  return [...pieces, rest];
}
