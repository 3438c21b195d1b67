import type { Rectangle } from "./lay-out.ts";

/** A point in pixels. */
export interface Point {
  x: number;
  y: number;
}

/** A text as content or attribute of XML 1.0: marked up nowhere, in one line, without characters that XML does not have. */
export function escapeXml(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Cn}]/gu, "\ufffd")
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** One line of text that starts at a point of its base line. */
export function drawText(style: string, size: number, { x, y }: Point, text: string): string {
  return `<text class="${style}" font-size="${size}" x="${x}" y="${y}">${escapeXml(text)}</text>`;
}

/** A rectangle, its corners round by the given radius. */
export function drawRectangle(style: string, { x, y, width, height }: Rectangle, radius = 0): string {
  return `<rect class="${style}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`;
}

/** A line from the left to the right that bends between two levels and ends in the tip of an arrow. */
export function drawArrow({ x, y }: Point, end: Point): string {
  const middle = Math.round((x + end.x) / 2);
  const [back, up, down] = [end.x - 9, end.y - 5, end.y + 5];
  return [
    `<path class="line" d="M${x} ${y}C${middle} ${y} ${middle} ${end.y} ${end.x - 3} ${end.y}"/>`,
    `<path class="tip" d="M${back} ${up}L${end.x} ${end.y}L${back} ${down}"/>`,
  ].join("");
}
