import type { AgentState, Container } from "../agent/agent-state.ts";
import { fieldPath, findingAt, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import { listAt, valueAt } from "../telemetry/plain-data.ts";
import { readPlainV3 } from "../yaml/parse.ts";
import { collectorScrapes, jobScrapes, prometheusJobs, type ConfigScrapes } from "./config-scrapes.ts";
import { mergeTrees, setting, withoutDelimiters } from "./confmap.ts";
import { Environment } from "./environment.ts";
import { expandTree, sealed } from "./expand.ts";
import { MountedFiles } from "./mounted-files.ts";
import { FILE, PROMETHEUS, prometheusComponents, VMAGENT, vmagentComponents } from "./prometheus.ts";
import { componentsOf, type Component } from "./service.ts";
import type { Sources } from "./sources.ts";
import { plainText, textsAt } from "./text.ts";

/** The agent's configuration as the collector puts it together, with the places that it comes from. */
export interface AgentConfig {
  /** Plain data, in which texts with placeholders are `Text`. */
  tree: unknown;
  /** Where it stands, in the order of the merge; never empty. */
  places: readonly ConfigPlace[];
  environment: Environment;
  /** Who pushes by it. */
  components: readonly Component[];
  scrapes: ConfigScrapes;
}

/** One file, variable or field of a configuration. */
export interface ConfigPlace {
  about: Manifest;
  /** The field of `about` that holds the text, or below which the configuration stands. */
  field: string;
  /** The part of the configuration that stands there. */
  tree: unknown;
}

/** The configuration of an agent, by its container or its resource. Undefined where nothing names one; errors where it cannot be read. */
export function readAgentConfig(
  state: AgentState,
  container: Container,
  sources: Sources,
): AgentConfig | Finding[] | undefined {
  const environment = new Environment(container.fields, state.manifest, sources);
  const { operated } = state.kind;
  if (operated === undefined) return readPodConfig(state, container, sources, environment);
  if (operated.form === "collector") return readOwnConfig(state, container, sources, environment);
  const { object } = state.manifest;
  const places = [{ about: state.manifest, field: "spec", tree: object }];
  const components =
    operated.form === "prometheus"
      ? prometheusComponents(object, ["spec"], PROMETHEUS)
      : [
          ...prometheusComponents(object, ["spec"], VMAGENT),
          ...vmagentComponents(textsAt(object, "spec", "extraArgs", "remoteWrite.url"), environment),
        ];
  return { tree: object, places, environment, components, scrapes: jobScrapes(prometheusJobs(object, ["spec"])) };
}

/** The configuration that a resource holds: a map, or a text of YAML (opentelemetry-operator: apis/v1alpha1, apis/v1beta1). */
function readOwnConfig(
  state: AgentState,
  container: Container,
  sources: Sources,
  environment: Environment,
): AgentConfig | Finding[] | undefined {
  const path = [...state.kind.podSpec, "config"];
  const field = fieldPath(path);
  const written = valueAt(state.manifest.object, ...path);
  if (written === undefined) return undefined;
  const read = typeof written === "string" ? readPlainV3(written) : { value: written };
  if ("message" in read || !isRecord(read.value)) {
    const cause =
      "message" in read
        ? `the agent's configuration is not YAML: ${read.message}`
        : "the agent's configuration is not a map";
    const remedy = "write it as the collector reads it";
    return [findingAt(state.manifest, "error", { cause, remedy }, { path: field })];
  }
  const files = new MountedFiles(state, container, sources);
  const tree = withoutDelimiters(expandTree(read.value, { environment, files, isSecret: false }));
  return {
    tree,
    places: [{ about: state.manifest, field, tree }],
    environment,
    components: componentsOf(tree, environment),
    scrapes: collectorScrapes(tree),
  };
}

/**
 * The configuration of a collector that runs in a container of a pod: what `--config` and `--set` name, in their order, by way of
 * the container's mounts and variables; without `--config` the one mounted file that is a collector's. Undefined where nothing
 * names one; errors where what is named cannot be read.
 */
function readPodConfig(
  state: AgentState,
  container: Container,
  sources: Sources,
  environment: Environment,
): AgentConfig | Finding[] | undefined {
  const files = new MountedFiles(state, container, sources);
  const words = wordsOf(container, environment);
  const urls = flagValues(words, "remoteWrite.url");
  if (urls.length > 0) {
    const texts = urls.map(({ value, isSecret }) => ({ ...plainText(value), isSecret }));
    const places = [{ about: state.manifest, field: fieldPath(container.path), tree: {} }];
    return {
      tree: {},
      places,
      environment,
      components: vmagentComponents(texts, environment),
      scrapes: jobScrapes([]),
    };
  }
  const promFiles = flagValues(words, "config.file");
  const uris = promFiles.length > 0 ? promFiles : flagValues(words, "config");
  const own = { about: state.manifest, field: container.path };
  const readings =
    uris.length > 0 ? uris.map(({ value }) => readUri(value, own, environment, files)) : mountedConfigs(files, sources);
  if (readings.length === 0) return undefined;
  const report = (cause: string, remedy: string): Finding[] => [
    findingAt(state.manifest, "error", { cause, remedy }, { path: fieldPath(container.path) }),
  ];
  if (uris.length === 0 && readings.length > 1) {
    const names = readings.map((each) =>
      each.kind === "value" ? `${each.about.ref.kind} ${each.about.ref.name}` : each.why,
    );
    return report(
      `the container ${container.name} names no configuration, and several files could be it: ${names.join(", ")}`,
      "name the file with --config in the container's args",
    );
  }
  const settings = flagValues(words, "set").flatMap(({ value, isSecret }): Reading[] => {
    const text = setting(value);
    return text === undefined ? [] : [{ kind: "value", ...own, value: text, isSecret }];
  });
  const places: ConfigPlace[] = [];
  const errors: Finding[] = [];
  for (const reading of [...readings, ...settings]) {
    if (reading.kind === "unknown") {
      errors.push(
        ...report(
          `the agent's configuration cannot be read: ${reading.why}`,
          "add what is missing to the input, or list the backends' ports in ports.additional and set backends.source of the function config to MetricPipelines",
        ),
      );
      continue;
    }
    const { about, isSecret } = reading;
    const field = fieldPath(reading.field);
    const read = readPlainV3(reading.value);
    if ("message" in read || !isRecord(read.value ?? {})) {
      // What a parser says may quote the text.
      const why = "message" in read && !isSecret ? `: ${read.message}` : "";
      const cause =
        "message" in read ? `the agent's configuration is not YAML${why}` : "the agent's configuration is not a map";
      errors.push(findingAt(about, "error", { cause, remedy: "write it as the collector reads it" }, { path: field }));
      continue;
    }
    const value = read.value ?? {};
    const tree = withoutDelimiters(isSecret ? sealed(value) : value);
    places.push({ about, field, tree });
  }
  if (errors.length > 0) return errors;
  const isPrometheus = promFiles.length > 0;
  // Placeholders are filled in when all is merged; a Prometheus fills in none.
  const merged = places.reduce((under: unknown, each) => mergeTrees(under, each.tree), {});
  const tree = isPrometheus ? merged : expandTree(merged, { environment, files, isSecret: false });
  const components = isPrometheus ? prometheusComponents(tree, [], FILE) : componentsOf(tree, environment);
  const scrapes = isPrometheus ? jobScrapes(prometheusJobs(tree, [])) : collectorScrapes(tree);
  return { tree, places, environment, components, scrapes };
}

/** Why a container names no configuration that can be read, and what to do. */
export function noConfig({ name, fields }: Container): Pick<Finding, "cause" | "remedy"> {
  const isAlloy = /\balloy\b/.test(String(fields["image"]));
  const cause = isAlloy
    ? `the container ${name} runs Alloy, whose language is not read`
    : `the container ${name} names no configuration of a collector, and none of its files is one`;
  const naming = isAlloy ? "" : "name it with --config in the container's args, or ";
  const remedy = `${naming}list the backends' ports in ports.additional and set backends.source of the function config to MetricPipelines`;
  return { cause, remedy };
}

/** A word of a command line, and whether it holds a secret. */
export interface Word {
  value: string;
  isSecret: boolean;
}

/** The command line of a container, with `$(NAME)` filled in. */
export function wordsOf({ fields }: Container, environment: Environment): Word[] {
  const words = [...listAt(fields, "command"), ...listAt(fields, "args")];
  return words.filter((word) => typeof word === "string").map((word) => environment.fill(word));
}

/** The values of a flag, with one dash or two, after `=` or as the next word. */
export function flagValues(words: readonly Word[], flag: string): Word[] {
  return words.flatMap(({ value, isSecret }, at) => {
    const name = value.replace(/^--?/, "");
    if (name === value) return [];
    if (name === flag) return words[at + 1] ?? [];
    return name.startsWith(`${flag}=`) ? [{ value: name.slice(flag.length + 1), isSecret }] : [];
  });
}

/** A text that is part of a configuration, with the field in which it stands. */
type Reading =
  | { kind: "value"; value: string; isSecret: boolean; about: Manifest; field: readonly (string | number)[] }
  | { kind: "unknown"; why: string };

/** What a `--config` names; without a scheme it is a file (opentelemetry-collector: confmap/resolver.go). */
function readUri(
  uri: string,
  own: Pick<Extract<Reading, { kind: "value" }>, "about" | "field">,
  environment: Environment,
  files: MountedFiles,
): Reading {
  const [, scheme = "file", opaque = uri] = /^([A-Za-z][A-Za-z0-9+.-]+):(.*)$/s.exec(uri) ?? [];
  if (scheme === "file") return files.read(opaque);
  if (scheme === "yaml") return { kind: "value", ...own, value: opaque, isSecret: false };
  if (scheme !== "env")
    return { kind: "unknown", why: `the provider ${scheme} of --config is asked when the agent starts` };
  const variable = environment.get(opaque);
  if (variable.kind === "value") return { ...variable, ...own };
  return { kind: "unknown", why: variable.kind === "unknown" ? variable.why : `the variable ${opaque} is not set` };
}

/** The mounted files that are a collector's configuration, by what stands in them. */
function mountedConfigs(files: MountedFiles, sources: Sources): Reading[] {
  const found = new Map<string, Reading>();
  for (const { kind, name, key } of files.list()) {
    const reading = sources.read(kind, name, key);
    if (reading.kind !== "value" || !/\bexporters\b/.test(reading.value) || !/\bpipelines\b/.test(reading.value))
      continue;
    const read = readPlainV3(reading.value);
    const isConfig = "value" in read && valueAt(read.value, "exporters") && valueAt(read.value, "service", "pipelines");
    if (isConfig) found.set(JSON.stringify([kind, name, key]), reading);
  }
  return [...found.values()];
}
