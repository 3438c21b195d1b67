// `generate` as a busy Argo CD calls it: many at once, each with its renderer.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const example = fileURLToPath(new URL("../../examples/argocd/metrics", import.meta.url));

/** Milliseconds between two looks at the memory of all processes. */
const INTERVAL = 20;

/** The kinds of source, each with as many ConfigMaps beside agent and MetricPipelines; gives their titles and folders. */
export function sources(folder, size) {
  const own = ["metric-agent.yaml", "metric-pipelines.yaml", "intercept-backends.yaml"];
  const manifests = Object.fromEntries(own.map((name) => [name, readFileSync(join(example, name), "utf8")]));
  const words = Array.from({ length: size }, (_, at) => configMap(at)).join("---\n");
  const all = { ...manifests, "words.yaml": words };
  const kustomization = `resources: [${Object.keys(all).join(", ")}]\n`;
  const chart = Object.fromEntries(Object.entries(all).map(([name, text]) => [`templates/${name}`, text]));
  const kinds = {
    "folder of manifests": all,
    kustomization: { ...all, "kustomization.yaml": kustomization },
    chart: { ...chart, "Chart.yaml": "apiVersion: v2\nname: metrics\nversion: 0.1.0\n" },
  };
  return Object.entries(kinds).map(([title, files]) => {
    const place = join(folder, `generate-${title.replaceAll(" ", "-")}-${size}`);
    rmSync(place, { recursive: true, force: true });
    for (const [path, text] of Object.entries({ ...files, ".git": "" })) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), text);
    }
    return { title, folder: place, needsHelm: "Chart.yaml" in files };
  });
}

function configMap(at) {
  const lines = Array.from({ length: 20 }, (_, line) => `  key-${line}: some words that fill a line of ${at}\n`);
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: words-${at}\ndata:\n${lines.join("")}`;
}

/**
 * Runs `generate` that many times at once. Gives how many of them printed what one alone prints, the milliseconds until
 * the last one was done, the most that one process of each part held (proc(5), VmHWM), and the most that all of them held
 * for themselves at one time (RssAnon), in bytes.
 */
export async function generateAtOnce({ argv }, folder, count, pathOfHelm) {
  const wanted = await outputOf(start(argv, folder, pathOfHelm));
  const begin = performance.now();
  const calls = Array.from({ length: count }, () => start(argv, folder, pathOfHelm));
  const peaks = { caller: 0, keeper: 0, worker: 0, renderer: 0, all: 0 };
  const look = () => lookAt(new Set(calls.map(({ pid }) => pid)), peaks);
  const timer = setInterval(look, INTERVAL);
  const outputs = await Promise.all(calls.map(outputOf));
  clearInterval(timer);
  return { right: outputs.filter((text) => text === wanted).length, time: performance.now() - begin, peaks };
}

function start(argv, folder, pathOfHelm) {
  const helm = pathOfHelm === undefined ? {} : { INTERCEPT_BACKENDS_HELM: pathOfHelm };
  return spawn(argv[0], [...argv.slice(1), "generate", folder], {
    env: { ...process.env, ...helm, ARGOCD_APP_NAMESPACE: "kyma-system" },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function outputOf(call) {
  let output = "";
  call.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  const [status] = await once(call, "close");
  if (status !== 0) throw new Error(`generate ended with ${status}`);
  return output;
}

/** Each part starts the next one. */
const PARTS = ["caller", "keeper", "worker", "renderer"];

function lookAt(callers, peaks) {
  const processes = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? statusOf(Number(name)) : []));
  let all = 0;
  let pids = callers;
  for (const part of PARTS) {
    const members = processes.filter(({ pid }) => pids.has(pid));
    for (const { most, own } of members) {
      peaks[part] = Math.max(peaks[part], most);
      all += own;
    }
    pids = new Set(processes.filter(({ parent }) => pids.has(parent)).map(({ pid }) => pid));
  }
  peaks.all = Math.max(peaks.all, all);
}

function statusOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "latin1");
    const number = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
    return [{ pid, parent: number("PPid"), most: number("VmHWM") * 1024, own: number("RssAnon") * 1024 }];
  } catch {
    return []; // It ended meanwhile.
  }
}
