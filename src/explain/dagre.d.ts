/**
 * The part of dagre that src/explain/lay-out.ts uses. The package's own declarations import each other without file
 * extensions, which TypeScript does not resolve in an ES module.
 */
declare module "@dagrejs/dagre" {
  export class Graph {
    constructor(options: { compound: boolean });
    setGraph(label: { rankdir: "LR"; nodesep: number; edgesep: number; ranksep: number }): void;
    setNode(id: string, label: { width?: number; height?: number }): void;
    setParent(id: string, parent: string): void;
    setEdge(from: string, to: string, label: object): void;
    /** After `layout` with the centre of the node. */
    node(id: string): { x: number; y: number; width: number; height: number };
  }
  /** Places the nodes; a constraint says which of two siblings comes first in a rank. */
  export function layout(graph: Graph, options: { constraints: { left: string; right: string }[] }): void;
}
