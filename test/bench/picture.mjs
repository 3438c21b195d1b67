// Draws times over numbers of items, both axes logarithmic, as an SVG that reads on light and on dark pages.

const width = 800;
const height = 440;
const plot = { left: 70, right: 530, top: 24, bottom: 384 };

/** One curve for each series of points `[items, milliseconds]`. */
export function picture(series) {
  const points = series.flatMap((one) => one.points);
  const x = axis(
    points.map(([items]) => items),
    plot.left,
    plot.right,
  );
  const y = axis(
    points.map(([, time]) => time),
    plot.bottom,
    plot.top,
  );
  const labels = apart(series.map(({ points: own }) => y.place(own.at(-1)[1])));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
<title id="title">Time of a whole run over the number of items, both axes logarithmic</title>
<style>
text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #57606a; }
.grid { stroke: #d0d7de; }
.c0 { --c: #0969da; } .c1 { --c: #8250df; } .c2 { --c: #57606a; } .c3 { --c: #bc4c00; } .c4 { --c: #cf222e; }
polyline { fill: none; stroke: var(--c); stroke-width: 2; }
circle { fill: var(--c); }
text.name { fill: var(--c); }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1; }
  .grid { stroke: #3d444d; }
  .c0 { --c: #4493f8; } .c1 { --c: #ab7df8; } .c2 { --c: #9198a1; } .c3 { --c: #db6d28; } .c4 { --c: #f85149; }
}
</style>
${[...grid(x, y)].join("\n")}
${series.map((one, index) => curve(one, index, x, y, labels[index])).join("\n")}
</svg>
`;
}

/** An axis from the power of ten below the least value to the one above the greatest. */
function axis(values, from, to) {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.ceil(Math.log10(Math.max(...values)));
  const place = (value) => round(from + ((Math.log10(value) - first) / (last - first)) * (to - from));
  return { place, ticks: Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index)) };
}

function* grid(x, y) {
  for (const tick of x.ticks) {
    const at = x.place(tick);
    yield `<path class="grid" d="M${at} ${plot.top}V${plot.bottom}"/>`;
    yield `<text x="${at}" y="${plot.bottom + 20}" text-anchor="middle">${tick.toLocaleString("en")}</text>`;
  }
  for (const tick of y.ticks) {
    const at = y.place(tick);
    yield `<path class="grid" d="M${plot.left} ${at}H${plot.right}"/>`;
    const text = tick < 1000 ? `${tick} ms` : `${tick / 1000} s`;
    yield `<text x="${plot.left - 8}" y="${at + 4}" text-anchor="end">${text}</text>`;
  }
  yield `<text x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 44}" text-anchor="middle">items</text>`;
}

function curve({ name, points }, index, x, y, label) {
  const places = points.map(([items, time]) => [x.place(items), y.place(time)]);
  const dots = places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.5"/>`).join("");
  const end = places.at(-1);
  // A curve that ends early has its name where it ends.
  const at = end[0] < plot.right ? end[0] + 10 : plot.right + 10;
  const text = `<text class="name" x="${at}" y="${label + 4}">${name}</text>`;
  return `<g class="c${index}"><polyline points="${places.join(" ")}"/>${dots}${text}</g>`;
}

/** Moves places of names so far apart that they can be read. */
function apart(places) {
  const order = places.map((place, index) => ({ place, index })).toSorted((a, b) => a.place - b.place);
  for (let index = 1; index < order.length; index++)
    order[index].place = Math.max(order[index].place, order[index - 1].place + 17);
  return order.toSorted((a, b) => a.index - b.index).map(({ place }) => round(place));
}

function round(value) {
  return Math.round(value * 10) / 10;
}
