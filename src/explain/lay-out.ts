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
    const inside = nodes.map((node, at): [string, Rectangle] => {
      const { x, y } = graph.node(node.id);
      const top = y - (node.height + extraOf(nodes, at)) / 2 + (at === 0 ? HEAD : 0);
      return [node.id, { x: x - node.width / 2, y: top, width: node.width, height: node.height }];
    });
    placed.set(id, frameOf(inside.map(([, rectangle]) => rectangle)));
    for (const [name, rectangle] of inside) placed.set(name, rectangle);
  }
  return moved(placed);
}

/** dagre knows no titles and no margins of frames: the first and the last node of a group take their room along. */
function extraOf(nodes: readonly unknown[], at: number): number {
  return (at === 0 ? HEAD : 0) + (at === nodes.length - 1 ? SIDE + BETWEEN_FRAMES : 0);
}

function inOrder(siblings: readonly { id: string }[]): { left: string; right: string }[] {
  return siblings.slice(1).map(({ id }, at) => ({ left: siblings[at]?.id ?? "", right: id }));
}

function frameOf(nodes: readonly Rectangle[]): Rectangle {
  const x = Math.min(...nodes.map((node) => node.x)) - SIDE;
  const y = Math.min(...nodes.map((node) => node.y)) - HEAD;
  const width = Math.max(...nodes.map((node) => node.x + node.width)) + SIDE - x;
  return { x, y, width, height: Math.max(...nodes.map((node) => node.y + node.height)) + SIDE - y };
}

/** Moved into the corner, by whole pixels. */
function moved(placed: ReadonlyMap<string, Rectangle>): Map<string, Rectangle> {
  const [left, top] = (["x", "y"] as const).map((side) => Math.min(...[...placed.values()].map((each) => each[side])));
  return new Map(
    [...placed].map(([id, { x, y, width, height }]) => [
      id,
      { x: Math.round(x - (left ?? 0)), y: Math.round(y - (top ?? 0)), width, height },
    ]),
  );
}
