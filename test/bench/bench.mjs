// npm run bench -- [--quick] [--picture docs/performance.svg] [start] [block] [json] [flow] [hosts] [generate]
//
// Holds the program against the least that its runtime can do, against functions in Go, against hosts and against the
// usual way, in one run on one machine. What counts are the ratios; the milliseconds are this machine's of today.
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { generateAtOnce, sources } from "./generate.mjs";
import { kptWith, kustomizePatch, kustomizeWith } from "./hosts.mjs";
import { inTurns, noteOnPeaks, peakOf, timeBetweenPipes, timeOfRun } from "./measure.mjs";
import { picture } from "./picture.mjs";
import { helm, kpt, kustomizes, programs } from "./programs.mjs";
import { blockStream, flowStream, jsonStream } from "./stream.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, picture: { type: "string" } },
});
const { quick } = values;
/** The parts that were asked for; all of them if none was named. */
const wants = (part) => positionals.length === 0 || positionals.includes(part);
const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "intercept-backends/bench");
mkdirSync(folder, { recursive: true });

const { ours, oursOnNode, echo, echoOnNode, cat, kyaml, naive } = programs(folder);
const everyKustomize = kustomizes();
const onlyKpt = kpt();

/** How often, and for how many milliseconds in all, one program may run for one table. */
const turns = (rounds) => ({ rounds: quick ? Math.ceil(rounds / 3) : rounds, share: quick ? 5000 : 15_000 });
const blockSizes = quick ? [100, 1000, 10_000] : [100, 1000, 10_000, 100_000];
const styleSizes = quick ? [100, 1000] : [100, 1000, 10_000];
/** Beyond these many items a way that is out of proportion is left out: it would take minutes a run. */
const most = { naive: quick ? 1000 : 10_000, kyaml: 10_000 };

console.log(`${quick ? "quick: few runs, small inputs. " : ""}Medians, with the least in brackets.`);
console.log(`More than ${most.kyaml} items are not given to kyaml, and more than ${most.naive} not to the naive way.`);
if (noteOnPeaks) console.log(noteOnPeaks);

if (wants("start")) await measureStart();
const block = new Map();
for (const size of wants("block") ? blockSizes : []) {
  const subjects = [ours, oursOnNode, echo, cat];
  if (size <= most.kyaml) subjects.push(kyaml);
  if (size <= most.naive) subjects.push(naive);
  block.set(size, await measureScale(`${size} items, block style`, subjects, blockStream(folder, size)));
}
await measureStyle("json", "JSON", jsonStream);
await measureStyle("flow", "flow style", flowStream);
if (wants("hosts")) {
  for (const host of everyKustomize) await measureHost(host, kustomizeWith);
  if (onlyKpt) await measureHost(onlyKpt, kptWith);
}
if (wants("generate")) await measureGenerate();
targets();
if (values.picture && block.size > 0) {
  const curves = [ours, oursOnNode, cat, kyaml, naive].filter(Boolean).map(({ name, ...subject }) => {
    const points = [...block].flatMap(([size, { times }]) => {
      const found = [...times].find(([{ argv }]) => argv === subject.argv);
      return found === undefined ? [] : [[size, found[1].median]];
    });
    return { name, points };
  });
  writeFileSync(values.picture, picture(curves));
}

async function measureStart() {
  const input = blockStream(folder, 10);
  const subjects = [ours, echo, kyaml, cat, oursOnNode, echoOnNode].filter(Boolean);
  for (const kustomize of everyKustomize) {
    subjects.push({ name: `${kustomize.title} version`, argv: [kustomize.path, "version"] });
    subjects.push(kustomizePatch(folderFor(`${kustomize.title}-patch`), kustomize));
  }
  const times = await inTurns(subjects, turns(41), (subject) => timeOfRun(subject, input));
  const peaks = new Map();
  for (const subject of [ours, echo, kyaml, cat, oursOnNode, echoOnNode].filter(Boolean))
    peaks.set(subject, await peakOf(subject, input));
  table("start: 10 items with function config, whole process", times, peaks);
}

async function measureScale(title, candidates, input) {
  const subjects = candidates.filter(Boolean);
  const times = await inTurns(subjects, turns(11), (subject) => timeBetweenPipes(subject, input));
  const peaks = new Map();
  for (const subject of subjects) peaks.set(subject, await peakOf(subject, input));
  const megabytes = statSync(input).size / 1e6;
  table(`${title}, ${megabytes.toFixed(1)} MB`, times, peaks);
  return { times, peaks, megabytes };
}

/** What is parsed as a whole, in all sizes. */
async function measureStyle(part, style, stream) {
  for (const size of wants(part) ? styleSizes : []) {
    const subjects = [ours, oursOnNode, kyaml, cat];
    await measureScale(`${size} items, ${style}`, subjects, stream(folder, size));
  }
}

/** How much of what a person waits for is ours: the same host with cat as its function is what it is without us. */
async function measureHost(host, rendering) {
  const subjects = [cat, ours, oursOnNode].map(({ name, argv }, index) =>
    rendering(folderFor(`${host.title}-${index}`), host, `with ${name}`, index === 0 ? ["/bin/cat"] : argv),
  );
  const times = await inTurns(subjects, turns(21), (subject) => timeOfRun(subject));
  console.log(`\n${host.title}: 10 items, whole ${rendering === kptWith ? "kpt fn render" : "kustomize build"}`);
  const without = times.get(subjects[0]);
  for (const [{ name }, time] of times) {
    const share = (kind) => `${((100 * (time[kind] - without[kind])) / time[kind]).toFixed(0)} %`;
    const own = time === without ? "" : `of that ours: ${share("median")} (${share("least")})`;
    console.log(`${name.padEnd(44)}${milliseconds(time)}   ${own}`);
  }
}

/** What a sidecar needs: as many calls at once as Argo CD may make, each with its renderer. */
async function measureGenerate() {
  const calls = 16;
  const pathOfHelm = helm();
  for (const size of quick ? [100] : [100, 500]) {
    console.log(`\ngenerate, ${calls} calls at once, ${size} ConfigMaps of 1.2 kB beside agent and MetricPipelines`);
    for (const source of sources(folder, size)) {
      if (source.needsHelm && pathOfHelm === undefined) continue;
      for (const subject of [ours, oursOnNode]) {
        const { right, time, peaks } = await generateAtOnce(subject, source.folder, calls, pathOfHelm);
        const each = ["caller", "keeper", "worker", "renderer"]
          .map((part) => `${part} ${inMegabytes(peaks[part])}`)
          .join(", ");
        const name = `${source.title}, ${subject.name}`;
        console.log(`${name.padEnd(56)}${right} of ${calls} right, ${(time / 1000).toFixed(1)} s`);
        console.log(`${" ".repeat(8)}peak of one: ${each}; of all together: ${inMegabytes(peaks.all)}`);
      }
    }
  }
}

function inMegabytes(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** A folder without blanks in its name, at which hosts would split a command. */
function folderFor(title) {
  return join(folder, title.replaceAll(" ", "-"));
}

function table(title, times, peaks) {
  console.log(`\n${title}`);
  const own = times.get(ours);
  for (const [subject, time] of times) {
    const peak = peaks.get(subject);
    const memory = peak === undefined ? "" : `${(peak / 1e6).toFixed(0)} MB`.padStart(9);
    const ratios = `${ratio(own.median / time.median)} (${ratio(own.least / time.least)})`;
    console.log(
      `${subject.name.padEnd(44)}${milliseconds(time)}   ours is ${ratios.padEnd(18)} of it${memory}  ${time.runs} runs`,
    );
  }
}

function targets() {
  console.log("\ntargets, from medians");
  const large = block.get(10_000)?.times;
  target("10,000 items: at most 6 times cat", quotient(large, ours, cat), 6);
  target("10,000 items: at most 1/60 of the no-op on kyaml", quotient(large, ours, kyaml), 1 / 60);
  for (const size of [10_000, 100_000]) {
    const found = block.get(size);
    const beyond = (found?.peaks.get(ours) - found?.peaks.get(echo)) / 1e6 / found?.megabytes;
    target(`${size} items: memory beyond echo's, at most 3 times the input`, beyond, 3);
  }
}

function quotient(times, subject, other) {
  return times?.get(subject).median / times?.get(other)?.median;
}

function target(text, reached, wanted) {
  const verdict = Number.isNaN(reached) ? "not measured" : `${ratio(reached)}  ${reached <= wanted ? "ok" : "MISSED"}`;
  console.log(`${text.padEnd(62)}${verdict}`);
}

function milliseconds({ median, least }) {
  return `${median.toFixed(1)} ms`.padStart(12) + `(${least.toFixed(1)})`.padStart(12);
}

function ratio(value) {
  return value.toPrecision(3);
}
