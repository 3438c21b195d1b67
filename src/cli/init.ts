import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AGENT_KINDS, isOfGroup } from "../agent/agent-kind.ts";
import { KUSTOMIZATION_NAMES } from "../argocd/kustomization.ts";
import { hasError, problem, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { apiVersion, kind, stockAgent } from "../config/constants.ts";
import { configsAmongItems } from "../rewrite/passes.ts";
import { openStream, readConfigFile } from "../stream/open-stream.ts";
import type { NamedFile } from "../stream/parts.ts";
import { isFinding } from "../stream/problem.ts";
import type { Stream } from "../stream/stream.ts";
import { at, inList, type Change } from "../yaml/edit/change.ts";
import { withFile } from "./errors.ts";
import { explainEach } from "./explain-each.ts";
import { readInput, type CallInput } from "./input.ts";
import { replaceFiles } from "./replace-files.ts";
import { FAILED, print, readFile, tell } from "./streams.ts";

/** The name of the function config's file. */
const CONFIG_FILE = "intercept-backends.yaml";

/** A host that a folder shows. */
interface Host {
  name: string;
  /** Annotations that the function config needs for it. */
  annotations: string;
  /** The file of the host that has to call the function, and the change that makes it. */
  edit?: { file: string; path: readonly string[]; entry: string | Readonly<Record<string, string>> };
  /** What to do by hand, with a stanza that can be copied. */
  advice: string;
}

/** `intercept-backends init [DIR]`. Returns the exit status. */
export async function initCall(folder = ".", { print: isPrinted = false }: { print?: boolean }): Promise<number> {
  const input = await look(folder);
  const stream = openStream(input.files, true);
  const found = isFinding(stream) ? [stream] : findAgents(stream, folder);
  if (isFinding(stream) || found.length !== 1 || isFinding(found[0] as object)) {
    return tell([...input.findings, ...(found as Finding[])], folder) || FAILED;
  }
  const [agent] = found as [Manifest];
  const host = hostOf(folder, stream);
  const config: NamedFile = { path: join(folder, CONFIG_FILE), bytes: Buffer.from(configFor(agent, host)) };
  const edited = host.edit && editHost(folder, host.edit);
  if (edited && isFinding(edited)) return tell([edited], folder);
  const manifest = readConfigFile(config);
  const { explanations, findings } = explainEach(input.files, isFinding(manifest) ? [] : [manifest]);
  const next = `Next: intercept-backends check ${folder === "." ? "." : folder}\n`;
  const text = [summaryOf(agent, stream, explanations[0]?.includedPorts ?? []), `Host: ${host.name}.\n`];
  if (isPrinted) {
    const files = [config, ...(edited ? [{ path: edited.path, bytes: edited.after }] : [])];
    text.push(
      ...files.map(({ path, bytes }) => `\n# ${path}\n${Buffer.from(bytes).toString()}`),
      host.advice && `\n${host.advice}`,
    );
  } else {
    withFile(config.path, () => writeFileSync(config.path, config.bytes, { flag: "wx" }));
    if (edited) replaceFiles([edited]);
    text.push(`Written: ${[config.path, ...(edited ? [edited.path] : [])].join(", ")}\n`, host.advice, next);
  }
  // What stays wrong is said, and does not keep the function config from being written.
  tell(findings, folder);
  return print(text.join(""));
}

/** The folder as its host renders it, or, where that fails, its files. */
async function look(folder: string): Promise<CallInput> {
  const options = { include: [], exclude: [] };
  const rendered = await readInput([folder], options);
  return hasError(rendered.findings) ? readInput([folder], { ...options, source: "directory" }) : rendered;
}

/** The one workload that can be the agent, or what keeps it from being told. */
function findAgents(stream: Stream, folder: string): readonly Manifest[] | readonly Finding[] {
  const [own] = configsAmongItems(stream).manifests;
  const file = join(folder, CONFIG_FILE);
  if (own !== undefined || existsSync(file)) {
    const name = own?.ref.name ?? CONFIG_FILE;
    return [problem(`there is a function config already: ${name}`, "change that one, or remove it", folder)];
  }
  const all = stream.select(AGENT_KINDS.map((each) => each.kind)).manifests.filter(({ ref }) => isOfGroup(ref));
  const stock = all.filter(({ ref, labels }) => [ref.name, labels["app.kubernetes.io/name"]].includes(stockAgent));
  const likely = stock.length > 0 ? stock : all.filter(isLikely);
  if (likely.length === 1) return likely;
  const names = (likely.length > 0 ? likely : all).map(({ ref }) => `${ref.kind} ${ref.name}`).join(", ");
  const cause =
    likely.length > 0
      ? `several workloads can be the metric agent: ${names}`
      : `no workload looks like a metric agent${names === "" ? "" : `; there are ${names}`}`;
  return [
    problem(cause, `write ${CONFIG_FILE} by hand, with agent.name; intercept-backends schema has all fields`, folder),
  ];
}

/** True for a collector, by the kind of its operator or by what its name and images say. */
function isLikely({ ref, object }: Manifest): boolean {
  if (!["DaemonSet", "Deployment", "StatefulSet"].includes(ref.kind)) return true;
  const images = JSON.stringify(object).match(/"image":"[^"]*"/g) ?? [];
  return /otel|opentelemetry|collector|metric-?agent|vmagent|prometheus|alloy/i.test([ref.name, ...images].join(" "));
}

function hostOf(folder: string, stream: Stream): Host {
  const kustomization = KUSTOMIZATION_NAMES.find((name) => existsSync(join(folder, name)));
  const application = stream
    .select(["Application"])
    .manifests.find(({ ref }) => ref.apiVersion.startsWith("argoproj.io/"));
  if (existsSync(join(folder, "Kptfile"))) {
    return {
      name: "kpt, by the Kptfile",
      annotations: '  annotations:\n    config.kubernetes.io/local-config: "true"\n',
      edit: {
        file: "Kptfile",
        path: ["pipeline", "mutators"],
        entry: { exec: "intercept-backends", configPath: CONFIG_FILE },
      },
      advice: "Render: kpt fn render --allow-exec\n",
    };
  }
  if (application !== undefined) {
    return {
      name: `Argo CD, by the Application ${application.ref.name}`,
      annotations: "",
      ...(kustomization !== undefined && { edit: { file: kustomization, path: ["resources"], entry: CONFIG_FILE } }),
      advice: "Add to the Application:\n  spec:\n    source:\n      plugin:\n        name: intercept-backends\n",
    };
  }
  if (kustomization !== undefined) {
    return {
      name: `kustomize, by ${kustomization}`,
      annotations:
        "  annotations:\n    config.kubernetes.io/function: |\n      exec:\n        path: intercept-backends\n",
      edit: { file: kustomization, path: ["transformers"], entry: CONFIG_FILE },
      advice: "Build: kustomize build --enable-alpha-plugins --enable-exec\n",
    };
  }
  if (existsSync(join(folder, "Chart.yaml"))) {
    return {
      name: "helm, by Chart.yaml",
      annotations: "",
      advice: `Render: helm template RELEASE . | intercept-backends --function-config ${CONFIG_FILE} -\n`,
    };
  }
  return {
    name: "none that shows; the files are rewritten where they stand",
    annotations: "",
    advice: "Write: intercept-backends fix\n",
  };
}

function configFor({ ref }: Manifest, { annotations }: Host): string {
  const namespace = ref.namespace === undefined ? "" : `    namespace: ${JSON.stringify(ref.namespace)}\n`;
  const agent = `  agent:\n    kind: ${ref.kind}\n    name: ${JSON.stringify(ref.name)}\n${namespace}`;
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: metric-agent\n${annotations}spec:\n${agent}`;
}

/** The host's file with the function in its list, every other byte as it is. */
function editHost(
  folder: string,
  { file, path, entry }: NonNullable<Host["edit"]>,
): { path: string; before: Uint8Array; after: Uint8Array } | Finding {
  const named = readFile(join(folder, file));
  const cannot = problem(
    "the function cannot be added here",
    `add ${JSON.stringify(entry)} to ${path.join(".")}, or see init --print`,
    named.path,
  );
  const stream = openStream([named], true);
  const [manifest] = isFinding(stream) ? [] : stream.select(stream.kinds).manifests;
  const change = at(path, inList(new Map(), [entry]) as Change);
  if (isFinding(stream) || manifest === undefined || !stream.edit(manifest, change)) return cannot;
  return { path: named.path, before: readFileSync(named.path), after: stream.writeFile(named) };
}

function summaryOf({ ref }: Manifest, stream: Stream, ports: readonly number[]): string {
  const pipelines = stream.select(["MetricPipeline"]).manifests.length;
  const through = ports.length > 0 ? `; ports through the sidecar: ${ports.join(", ")}` : "";
  const name = [ref.kind, ref.namespace, ref.name].filter(Boolean).join("/");
  return `Agent: ${name}; MetricPipelines: ${pipelines}${through}.\n`;
}
