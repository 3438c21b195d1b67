/** How the page of `explain --format html` looks, with the colours of the picture. */
export const PAGE_STYLE = `
:root { --ink: #1f2328; --soft: #59636e; --paper: #ffffff; --line: #d1d9e0; --raised: #f6f8fa; --sidecar: #0969da; --direct: #bc4c00; --warn: #cf222e; }
@media (prefers-color-scheme: dark) {
:root { --ink: #f0f6fc; --soft: #9198a1; --paper: #0d1117; --line: #3d444d; --raised: #151b23; --sidecar: #4493f8; --direct: #f0883e; --warn: #ff7b72; }
}
* { box-sizing: border-box; }
body { margin: 0; overflow-wrap: anywhere; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
main { max-width: 90rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
h1 { font-size: 1.4rem; margin: 1.5rem 0 0.5rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 0.5rem; }
code { font: 0.9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
a { color: var(--sidecar); }
:focus-visible { outline: 3px solid var(--sidecar); outline-offset: 2px; }
.filters { display: flex; flex-wrap: wrap; gap: 0.75rem 1.5rem; align-items: center; padding: 0.75rem 1rem; margin: 1rem 0; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; }
.filters fieldset { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; border: 0; padding: 0; margin: 0; }
.filters legend { float: left; padding: 0; margin-right: 0.75rem; color: var(--soft); }
.filters input[type="search"] { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 4px; padding: 0.25rem 0.5rem; min-width: 16rem; }
.filters output { color: var(--soft); margin-left: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.75rem; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
.way { font-weight: 600; white-space: nowrap; padding: 0.1rem 0.5rem; border: 2px solid; }
.sidecar .way { color: var(--sidecar); border-radius: 999px; }
.direct .way { color: var(--direct); border-style: dashed; }
strong { color: var(--warn); }
dt { margin-top: 0.5rem; }
dt:target { background: var(--raised); outline: 2px solid var(--sidecar); outline-offset: 2px; }
dd { margin: 0 0 0 1.5rem; color: var(--soft); }
@media print { .filters { display: none; } }
`;

/** Filters the rows of each agent; `/` goes to its field, Escape empties it. */
export const PAGE_SCRIPT = `
for (const agent of document.querySelectorAll(".agent")) {
  const form = agent.querySelector("form");
  const rows = [...agent.querySelectorAll("tbody tr")];
  const apply = () => {
    const words = form.elements.text.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const way = form.querySelector("input[type=radio]:checked").value;
    const kinds = [...form.querySelectorAll("input[type=checkbox]:checked")].map((box) => box.value);
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const isWanted = (way === "" || row.dataset.way === way) && kinds.includes(row.dataset.kind);
      row.hidden = !isWanted || !words.every((word) => text.includes(word));
    }
    const shown = rows.filter((row) => !row.hidden).length;
    form.querySelector("output").value = shown + " of " + rows.length + " flows";
    agent.querySelector(".none").hidden = shown > 0;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}
document.addEventListener("keydown", (event) => {
  const field = event.target instanceof HTMLInputElement && event.target.type === "search" ? event.target : undefined;
  if (event.key === "/" && field === undefined) {
    event.preventDefault();
    document.querySelector("input[type=search]").focus();
  } else if (event.key === "Escape" && field !== undefined) {
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});
`;
