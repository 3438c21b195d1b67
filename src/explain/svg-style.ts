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
