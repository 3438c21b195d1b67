import { Graph, layout } from "@dagrejs/dagre";

/** A rectangle, by its upper left corner, in pixels. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Nodes that stand in one frame, in the order from the top in which they stand where they share a column. */
export interface Group {
  id: string;
  nodes: readonly { id: string; width: number; height: number }[];
}

/** Room that a frame keeps above its nodes for a title, and on its other sides. */
const HEAD = 34;
const SIDE = 14;
const BETWEEN_NODES = 12;
const BETWEEN_FRAMES = 16;
const BETWEEN_COLUMNS = 90;

/**
 * Places nodes from the left to the right along the edges, and the groups one below the other in their order where they share
 * a column. The answer has a rectangle for each node and for the frame of each group; none is left of or above zero.
 */
export function layOut(
  groups: readonly Group[],
  edges: readonly (readonly [from: string, to: string])[],
): Map<string, Rectangle> {
  const graph = new Graph({ compound: true });
  graph.setGraph({ rankdir: "LR", nodesep: BETWEEN_NODES, edgesep: 0, ranksep: BETWEEN_COLUMNS });
  for (const { id, nodes } of groups) {
    graph.setNode(id, {});
    for (const [at, node] of nodes.entries()) {
      graph.setNode(node.id, { width: node.width, height: node.height + extraOf(nodes, at) });
      graph.setParent(node.id, id);
    }
  }
  for (const [from, to] of edges) graph.setEdge(from, to, {});
  layout(graph, { constraints: [groups, ...groups.map(({ nodes }) => nodes)].flatMap(inOrder) });

  const placed = new Map<string, Rectangle>();
  for (const { id, nodes } of groups) {
    const inside = nodes.map((node, at) => {
      const { x, y } = graph.node(node.id);
      const top = y - (node.height + extraOf(nodes, at)) / 2 + (at === 0 ? HEAD : 0);
      return { id: node.id, x: x - node.width / 2, y: top, width: node.width, height: node.height };
    });
    const { x, y, width, height } = boundsOf(inside);
    placed.set(id, { x: x - SIDE, y: y - HEAD, width: width + 2 * SIDE, height: height + HEAD + SIDE });
    for (const { id: name, ...place } of inside) placed.set(name, place);
  }
  const corner = boundsOf([...placed.values()]);
  for (const place of placed.values()) {
    place.x = Math.round(place.x - corner.x);
    place.y = Math.round(place.y - corner.y);
  }
  return placed;
}

/** The smallest rectangle around some. */
export function boundsOf(all: readonly Rectangle[]): Rectangle {
  const x = Math.min(...all.map((each) => each.x));
  const y = Math.min(...all.map((each) => each.y));
  const right = Math.max(...all.map((each) => each.x + each.width));
  return { x, y, width: right - x, height: Math.max(...all.map((each) => each.y + each.height)) - y };
}

/** dagre knows no titles and no margins of frames: the first and the last node of a group take their room along. */
function extraOf(nodes: readonly unknown[], at: number): number {
  return (at === 0 ? HEAD : 0) + (at === nodes.length - 1 ? SIDE + BETWEEN_FRAMES : 0);
}

function inOrder(siblings: readonly { id: string }[]): { left: string; right: string }[] {
  return siblings.slice(1).map(({ id }, at) => ({ left: siblings[at]?.id ?? "", right: id }));
}
