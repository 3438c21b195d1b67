import type { Rectangle } from "./lay-out.ts";

export interface Point {
  x: number;
  y: number;
}

/** A text as content or attribute of XML 1.0, in one line. */
export function escapeXml(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Cn}]/gu, "\ufffd")
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

export function drawText(style: string, size: number, { x, y }: Point, text: string): string {
  return `<text class="${style}" font-size="${size}" x="${x}" y="${y}">${escapeXml(text)}</text>`;
}

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

/** How the picture looks: classes under the one of its root, so that a page in which it is inlined keeps its own. */
export const SVG_STYLE = `
.flows text { font-family: system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
.flows .title, .flows .name, .flows .way, .flows .warn { font-weight: 600; }
.flows .soft { fill: #59636e; }
.flows .paper { fill: #ffffff; }
.flows .frame { fill: #f6f8fa; stroke: #d1d9e0; }
.flows .box { fill: #ffffff; stroke: #59636e; stroke-width: 1.5; }
.flows .line { fill: none; stroke-width: 2; }
.flows .sidecar .box, .flows .sidecar .line { stroke: #0969da; stroke-width: 2.5; }
.flows .direct .box, .flows .direct .line { stroke: #bc4c00; stroke-dasharray: 6 4; }
.flows .direct .tip { fill: none; stroke: #bc4c00; stroke-width: 2; }
.flows .sidecar .tip, .flows .sidecar .way { fill: #0969da; }
.flows .direct .way { fill: #bc4c00; }
.flows .warn { fill: #cf222e; }
@media (prefers-color-scheme: dark) {
.flows text { fill: #f0f6fc; }
.flows .soft { fill: #9198a1; }
.flows .paper { fill: #0d1117; }
.flows .frame { fill: #151b23; stroke: #3d444d; }
.flows .box { fill: #0d1117; stroke: #9198a1; }
.flows .sidecar .box, .flows .sidecar .line { stroke: #4493f8; }
.flows .direct .box, .flows .direct .line, .flows .direct .tip { stroke: #f0883e; }
.flows .sidecar .tip, .flows .sidecar .way { fill: #4493f8; }
.flows .direct .way { fill: #f0883e; }
.flows .warn { fill: #ff7b72; }
}
`;
