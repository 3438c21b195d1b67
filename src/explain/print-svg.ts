import { boxText } from "./box-text.ts";
import type { Line } from "./box-text.ts";
import { fitText, widthOf } from "./fit-text.ts";
import type { Face } from "./fit-text.ts";
import type { Explanation, Flow } from "./flow.ts";
import { lanesOf } from "./lanes.ts";
import { layOut } from "./lay-out.ts";
import type { Rectangle } from "./lay-out.ts";
import { decidersOf } from "./rows.ts";
import { drawArrow, drawRectangle, drawText, escapeXml } from "./svg-shapes.ts";
import type { Point } from "./svg-shapes.ts";
import { SVG_STYLE } from "./svg-style.ts";

const FACES: Record<Line["style"], Face> = {
  title: { size: 17, bold: true },
  name: { size: 13, bold: true },
  plain: { size: 12 },
  soft: { size: 11 },
  way: { size: 12, bold: true },
  warn: { size: 12, bold: true },
};

const MARGIN = 20;
const PADDING = 12;
const HUB = { width: 152, height: 60 };
const LEGEND = 26;
/** The longest line of a box, in pixels, and the most lines that one text takes there. */
const LONGEST = 350;
const LINES = 3;
/** Of what cannot be told, the picture says no more than this. */
const GAPS = 5;

/** What is drawn as one box: flows, and the lines that tell of them. */
interface Box {
  id: string;
  flows: readonly [Flow, ...Flow[]];
  lines: readonly Line[];
}

/** The ways out of the pod that the picture has; all through the sidecar are drawn as one. */
type Way = "sidecar" | "direct";

/**
 * The flows as an SVG picture without scripts, links, ids or fonts of its own, for light and dark surroundings. What goes
 * through the sidecar and what goes directly differ in line, shape and words, and not in colour alone.
 */
export function printSvg(explanation: Explanation): string {
  const { flows, gaps } = explanation;
  const title = `Flows of ${explanation.agent}, after the rewrite`;
  const picture = drawFlows(flows);
  const head = column(fitted([{ style: "title", text: title }], picture.width), { x: 0, y: 0 });
  const legendAt = head.height + 18;
  const pictureAt = head.height + LEGEND + 12;
  const notes: Line[] = [
    ...decidersOf(explanation).map(({ id, sentence }): Line => ({ style: "soft", text: `${id}: ${sentence}` })),
    ...gaps.slice(0, GAPS).map((gap): Line => ({ style: "plain", text: `Not told: ${gap}` })),
    ...(gaps.length > GAPS ? [{ style: "plain" as const, text: `and ${gaps.length - GAPS} more are not told` }] : []),
  ];
  const foot = column(fitted(notes, picture.width), { x: 0, y: pictureAt + picture.height + PADDING });
  const [width, height] = [picture.width + 2 * MARGIN, foot.height + 2 * MARGIN];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="flows" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeXml(title)}</title>`,
    `<desc>${escapeXml(describe(flows))}</desc>`,
    `<style>${SVG_STYLE}</style>`,
    drawRectangle("paper", { x: 0, y: 0, width, height }),
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
    ...head.markup,
    ...legend(flows, legendAt),
    `<g transform="translate(0 ${pictureAt})">`,
    ...picture.markup,
    "</g>",
    ...foot.markup,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function drawFlows(flows: readonly Flow[]): { markup: string[]; width: number; height: number } {
  const lanes = lanesOf(flows).map(({ title, boxes }, lane) => ({
    id: `lane ${lane}`,
    title,
    boxes: boxes.map((each, at): Box => ({
      id: `box ${lane} ${at}`,
      flows: each,
      lines: fitted(boxText(each), LONGEST),
    })),
  }));
  const boxes = lanes.flatMap((lane) => lane.boxes);
  const lineWidths = boxes.flatMap(({ lines }) => lines.map(({ text, style }) => widthOf(text, FACES[style])));
  const width = Math.ceil(Math.max(0, ...lineWidths)) + 2 * PADDING;
  const ways = waysOf(flows);
  const placed = layOut(
    [
      { id: "pod", nodes: ["collector", ...ways].map((id) => ({ id, ...HUB })) },
      ...lanes.map(({ id, boxes: own }) => ({
        id,
        nodes: own.map((box) => ({ id: box.id, width, height: heightOf(box.lines) + 2 * PADDING })),
      })),
    ],
    [...ways.map((way) => ["collector", way] as const), ...boxes.map((box) => [wayOf(box.flows[0]), box.id] as const)],
  );
  const place = (id: string): Rectangle => placed.get(id) ?? { x: 0, y: 0, width: 0, height: 0 };

  const frames = [{ id: "pod", title: "Pod of the agent" }, ...lanes].flatMap(({ id, title }) => {
    const frame = place(id);
    const at = { x: frame.x + PADDING, y: frame.y + 22 };
    return [drawRectangle("frame", frame, 6), drawText("name", FACES.name.size, at, title)];
  });
  const arrows = ways.flatMap((way) => {
    const own = boxes.filter((box) => wayOf(box.flows[0]) === way);
    const into = own.length === 0 ? [] : [drawArrow(exitOf(place("collector"), 0.5), entryOf(place(way)))];
    const out = own.map((box, at) =>
      drawArrow(exitOf(place(way), (at + 1) / (own.length + 1)), entryOf(place(box.id))),
    );
    return [`<g class="${way}">`, ...into, ...out, "</g>"];
  });
  const markup = [
    ...frames,
    ...arrows,
    ...drawHub("collector", place("collector"), ["collector", countOf(flows)]),
    ...ways.flatMap((way) =>
      drawHub(way, place(way), [WORDS[way].name, countOf(flows.filter((flow) => wayOf(flow) === way))]),
    ),
    ...boxes.flatMap((box) => drawBox(box, place(box.id))),
  ];
  const all = [...placed.values()];
  return {
    markup,
    width: Math.max(...all.map((each) => each.x + each.width)),
    height: Math.max(...all.map((each) => each.y + each.height)),
  };
}

const WORDS: Record<Way, { name: string; legend: string; radius: number }> = {
  sidecar: { name: "Istio sidecar", legend: "solid, round: through the Istio sidecar", radius: 12 },
  direct: { name: "past the sidecar", legend: "dashed, square: directly", radius: 0 },
};

/** A pod that has a sidecar shows it, even if nothing goes through it. */
function waysOf(flows: readonly Flow[]): Way[] {
  const ways: Way[] = flows.some(({ decider }) => decider.id !== "no-sidecar") ? ["sidecar"] : [];
  return flows.some((flow) => wayOf(flow) === "direct") ? [...ways, "direct"] : ways;
}

function wayOf({ decider }: Flow): Way {
  return decider.way === "direct" ? "direct" : "sidecar";
}

function countOf(flows: readonly Flow[]): string {
  return flows.length === 1 ? "1 flow" : `${flows.length} flows`;
}

function describe(flows: readonly Flow[]): string {
  const lines = lanesOf(flows).flatMap(({ boxes }) => boxes.map((box) => boxText(box).map(({ text }) => text)));
  return `${countOf(flows)}. ${lines.map((texts) => texts.join("; ")).join(". ")}.`;
}

function legend(flows: readonly Flow[], y: number): string[] {
  let x = 0;
  return waysOf(flows).flatMap((way) => {
    const words = WORDS[way].legend;
    const arrow = drawArrow({ x, y }, { x: x + 44, y });
    const text = drawText("plain", FACES.plain.size, { x: x + 54, y: y + 4 }, words);
    x += 54 + Math.ceil(widthOf(words, FACES.plain)) + 20;
    return [`<g class="${way}">${arrow}</g>`, text];
  });
}

function entryOf({ x, y, height }: Rectangle): Point {
  return { x, y: y + height / 2 };
}

function exitOf({ x, y, width, height }: Rectangle, share: number): Point {
  return { x: x + width, y: Math.round(y + height * share) };
}

function drawHub(style: string, place: Rectangle, [name, count]: [string, string]): string[] {
  const x = place.x + PADDING;
  const radius = style === "direct" ? 0 : 12;
  return [
    `<g class="${style}">`,
    drawRectangle("box", place, radius),
    drawText("name", FACES.name.size, { x, y: place.y + 26 }, name),
    drawText("soft", FACES.plain.size, { x, y: place.y + 45 }, count),
    "</g>",
  ];
}

function drawBox({ flows, lines }: Box, place: Rectangle): string[] {
  const way = wayOf(flows[0]);
  const text = column(lines, { x: place.x + PADDING, y: place.y + PADDING });
  return [`<g class="${way}">`, drawRectangle("box", place, WORDS[way].radius), ...text.markup, "</g>"];
}

/** Texts, in as many lines as they take at the given width. */
function fitted(texts: readonly Line[], width: number): Line[] {
  return texts.flatMap(({ text, style }) =>
    fitText(text, FACES[style], width, LINES).map((line) => ({ text: line, style })),
  );
}

/** Lines below each other from the given corner; the height is where the last one ends. */
function column(lines: readonly Line[], { x, y: top }: Point): { markup: string[]; height: number } {
  let y = top;
  const markup = lines.map(({ text, style }) => {
    const { size } = FACES[style];
    y += lineHeight(style);
    return drawText(style, size, { x, y: y - Math.round(size * 0.35) }, text);
  });
  return { markup, height: y };
}

function heightOf(lines: readonly Line[]): number {
  return lines.reduce((height, { style }) => height + lineHeight(style), 0);
}

function lineHeight(style: Line["style"]): number {
  return Math.round(FACES[style].size * 1.4);
}
