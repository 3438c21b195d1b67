import { boxText, lanesOf, type Box, type BoxLine } from "./boxes.ts";
import { fitText, widthOf, type Face } from "./fit-text.ts";
import { decidersOf, type Explanation, type Flow } from "./flow.ts";
import { boundsOf, layOut, type Rectangle } from "./lay-out.ts";
import { drawArrow, drawRectangle, drawText, escapeXml, SVG_STYLE, type Point } from "./svg.ts";

const FACES: Record<BoxLine["style"], Face> = {
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
/** The picture lists no more unknown things than this. */
const GAPS = 5;

/** The ways out of the pod that the picture has; all through the sidecar are drawn as one. */
type DrawnWay = "sidecar" | "direct";

const WAYS: Record<DrawnWay, { name: string; legend: string; radius: number }> = {
  sidecar: { name: "Istio sidecar", legend: "solid, round: through the Istio sidecar", radius: 12 },
  direct: { name: "past the sidecar", legend: "dashed, square: directly", radius: 0 },
};

/**
 * The flows as an SVG picture without scripts, links, ids or fonts of its own, for light and dark surroundings. What goes
 * through the sidecar and what goes directly differ in line, shape and words, and not in colour alone.
 */
export function printSvg({ agent, flows, gaps }: Explanation): string {
  const title = `Flows of ${agent}, after the rewrite`;
  const picture = drawFlows(flows);
  const head = drawLines(fitted([{ style: "title", text: title }], picture.width), { x: 0, y: 0 });
  const pictureAt = head.end + LEGEND + 12;
  const notes: BoxLine[] = [
    ...decidersOf(flows).map(({ id, sentence }): BoxLine => ({ style: "soft", text: `${id}: ${sentence}` })),
    ...gaps.slice(0, GAPS).map((gap): BoxLine => ({ style: "plain", text: `Not told: ${gap}` })),
    ...(gaps.length > GAPS ? [{ style: "plain" as const, text: `and ${gaps.length - GAPS} more are not told` }] : []),
  ];
  const foot = drawLines(fitted(notes, picture.width), { x: 0, y: pictureAt + picture.height + PADDING });
  const [width, height] = [picture.width + 2 * MARGIN, foot.end + 2 * MARGIN];
  const texts = lanesOf(flows).flatMap(({ boxes }) => boxes.map((box) => boxText(box).map(({ text }) => text)));
  const description = `${countOf(flows)}. ${texts.map((lines) => lines.join("; ")).join(". ")}.`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="flows" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeXml(title)}</title>`,
    `<desc>${escapeXml(description)}</desc>`,
    `<style>${SVG_STYLE}</style>`,
    drawRectangle("paper", { x: 0, y: 0, width, height }),
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
    ...head.markup,
    ...drawLegend(waysOf(flows), head.end + 18),
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
  const lanes = lanesOf(flows).map(({ title, boxes: own }, lane) => ({
    id: `lane ${lane}`,
    title,
    boxes: own.map((box, at) => ({ id: `box ${lane} ${at}`, way: wayOf(box), lines: fitted(boxText(box), LONGEST) })),
  }));
  const boxes = lanes.flatMap((lane) => lane.boxes);
  const lineWidths = boxes.flatMap(({ lines }) => lines.map(({ text, style }) => widthOf(text, FACES[style])));
  const width = Math.ceil(Math.max(0, ...lineWidths)) + 2 * PADDING;
  const heightOf = (lines: readonly BoxLine[]): number => drawLines(lines, { x: 0, y: 0 }).end + 2 * PADDING;
  const ways = waysOf(flows);
  const placed = layOut(
    [
      { id: "pod", nodes: ["collector", ...ways].map((id) => ({ id, ...HUB })) },
      ...lanes.map((lane) => ({
        id: lane.id,
        nodes: lane.boxes.map(({ id, lines }) => ({ id, width, height: heightOf(lines) })),
      })),
    ],
    [...ways.map((way) => ["collector", way] as const), ...boxes.map(({ way, id }) => [way, id] as const)],
  );
  const place = (id: string): Rectangle => placed.get(id) ?? { x: 0, y: 0, width: 0, height: 0 };

  const frames = [{ id: "pod", title: "Pod of the agent" }, ...lanes].flatMap(({ id, title }) => {
    const { x, y } = place(id);
    const name = drawText("name", FACES.name.size, { x: x + PADDING, y: y + 22 }, title);
    return [drawRectangle("frame", place(id), 6), name];
  });
  const arrows = ways.flatMap((way) => {
    const own = boxes.filter((box) => box.way === way);
    const into = own.length === 0 ? [] : [connect(place("collector"), 0.5, place(way))];
    const out = own.map(({ id }, at) => connect(place(way), (at + 1) / (own.length + 1), place(id)));
    return [`<g class="${way}">`, ...into, ...out, "</g>"];
  });
  const hub = (id: string, name: string, own: readonly Flow[], radius: number): string[] => {
    const { x, y } = place(id);
    return drawBox(id, place(id), radius, [
      drawText("name", FACES.name.size, { x: x + PADDING, y: y + 26 }, name),
      drawText("soft", FACES.plain.size, { x: x + PADDING, y: y + 45 }, countOf(own)),
    ]);
  };
  const markup = [
    ...frames,
    ...arrows,
    ...hub("collector", "collector", flows, 12),
    ...ways.flatMap((way) => {
      const own = flows.filter((flow) => wayOf([flow]) === way);
      return hub(way, WAYS[way].name, own, WAYS[way].radius);
    }),
    ...boxes.flatMap(({ id, way, lines }) => {
      const { x, y } = place(id);
      return drawBox(way, place(id), WAYS[way].radius, drawLines(lines, { x: x + PADDING, y: y + PADDING }).markup);
    }),
  ];
  return { ...boundsOf([...placed.values()]), markup };
}

/** A pod that has a sidecar shows it, even if nothing goes through it. */
function waysOf(flows: readonly Flow[]): DrawnWay[] {
  const ways: DrawnWay[] = flows.some(({ decider }) => decider.id !== "no-sidecar") ? ["sidecar"] : [];
  return flows.some((flow) => wayOf([flow]) === "direct") ? [...ways, "direct"] : ways;
}

function wayOf([{ decider }]: Box): DrawnWay {
  return decider.way === "direct" ? "direct" : "sidecar";
}

function countOf(flows: readonly Flow[]): string {
  return flows.length === 1 ? "1 flow" : `${flows.length} flows`;
}

function drawLegend(ways: readonly DrawnWay[], y: number): string[] {
  let x = 0;
  return ways.flatMap((way) => {
    const words = WAYS[way].legend;
    const arrow = drawArrow({ x, y }, { x: x + 44, y });
    const text = drawText("plain", FACES.plain.size, { x: x + 54, y: y + 4 }, words);
    x += 54 + Math.ceil(widthOf(words, FACES.plain)) + 20;
    return [`<g class="${way}">${arrow}</g>`, text];
  });
}

/** An arrow from the given share of the right side of one rectangle to the middle of the left side of another. */
function connect(from: Rectangle, share: number, to: Rectangle): string {
  const start = { x: from.x + from.width, y: Math.round(from.y + from.height * share) };
  return drawArrow(start, { x: to.x, y: to.y + to.height / 2 });
}

function drawBox(style: string, place: Rectangle, radius: number, text: readonly string[]): string[] {
  return [`<g class="${style}">`, drawRectangle("box", place, radius), ...text, "</g>"];
}

function fitted(texts: readonly BoxLine[], width: number): BoxLine[] {
  return texts.flatMap(({ text, style }) =>
    fitText(text, FACES[style], width, LINES).map((line) => ({ text: line, style })),
  );
}

function drawLines(lines: readonly BoxLine[], { x, y }: Point): { markup: string[]; end: number } {
  let end = y;
  const markup = lines.map(({ text, style }) => {
    const { size } = FACES[style];
    end += Math.round(size * 1.4);
    return drawText(style, size, { x, y: end - Math.round(size * 0.35) }, text);
  });
  return { markup, end };
}
