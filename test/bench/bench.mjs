// npm run bench [-- --quick]
//
// Holds the program against the least that its runtime can do, against functions in Go and against the usual way, in one
// run on one machine. What counts are the ratios; the milliseconds are this machine's of today.
import { mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inTurns, runBetweenPipes, timeOfRun } from "./measure.mjs";
import { programs } from "./programs.mjs";
import { blockStream, jsonStream } from "./stream.mjs";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "intercept-backends/bench");
mkdirSync(folder, { recursive: true });

const all = programs(folder);
const sizes = values.quick ? [100, 1000, 10_000] : [100, 1000, 10_000, 100_000];
/** Beyond this many items a way that is out of proportion is left out: it would take minutes a run. */
const most = { naive: values.quick ? 1000 : 10_000, kyaml: values.quick ? 10_000 : 100_000 };

await start();
for (const size of sizes) await scale(`${size} items, block style`, blockStream(folder, size), size);
for (const size of sizes.filter((count) => count <= (values.quick ? 100 : 1000)))
  await scale(`${size} items, JSON`, jsonStream(folder, size), size);

async function start() {
  const input = blockStream(folder, 10);
  const { ours, oursOnNode, echo, echoOnNode, cat, kyaml, kustomize } = all;
  const subjects = [ours, echo, kyaml, kustomize, cat, oursOnNode, echoOnNode].filter(Boolean);
  const times = await inTurns(subjects, values.quick ? 15 : 41, (subject) => timeOfRun(subject, input));
  table("start: 10 items with function config, whole process", subjects, times, ours);
}

async function scale(title, input, size) {
  const { ours, oursOnNode, cat, kyaml, naive } = all;
  const subjects = [ours, oursOnNode, cat];
  if (kyaml && size <= most.kyaml) subjects.push(kyaml);
  if (size <= most.naive) subjects.push(naive);
  const rounds = size >= 10_000 ? (values.quick ? 1 : 5) : 7;
  const times = await inTurns(subjects, rounds, async (subject) => (await runBetweenPipes(subject, input)).time);
  const peaks = new Map();
  for (const subject of subjects) peaks.set(subject, (await runBetweenPipes(subject, input, true)).peak);
  const megabytes = statSync(input).size / 1e6;
  table(`${title}, ${megabytes.toFixed(1)} MB`, subjects, times, ours, peaks);
}

function table(title, subjects, times, ours, peaks) {
  console.log(`\n${title}`);
  const own = times.get(ours);
  for (const subject of subjects) {
    const time = times.get(subject);
    const peak = peaks?.get(subject);
    const row = [
      subject.name.padEnd(34),
      `${time.toFixed(1)} ms`.padStart(12),
      `ours is ${(own / time).toPrecision(3)} of it`.padStart(24),
      peak === undefined ? "" : `${(peak / 1e6).toFixed(0)} MB`.padStart(9),
    ];
    console.log(row.join(""));
  }
}
