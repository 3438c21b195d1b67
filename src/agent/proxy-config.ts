import { isRecord } from "../base/record.ts";
import { checkProxyConfig } from "../istio/check-proxy-config.ts";
import type { Remark } from "../istio/decode-fields.ts";
import { nodesOf } from "../yaml/node.ts";
import { isSource, parse, plainOrProblem, readPlain, type Source, type SyntaxProblem } from "../yaml/parse.ts";
import { PlainProblem } from "../yaml/plain.ts";

/** The annotation `proxy.istio.io/config` of the agent's pods, as Istio reads it. */
export interface ProxyConfig {
  /** Undefined where there is no annotation. */
  text: string | undefined;
  /** The map as it is written. */
  written: Readonly<Record<string, unknown>>;
  /** The fields that Istio reads, by their names in camel case. */
  fields: Readonly<Record<string, unknown>>;
  /** The environment of the sidecar and of its init container. */
  proxyMetadata: Readonly<Record<string, string>>;
  /** The key of the text whose map Istio reads as `proxyMetadata`, or would read. */
  metadataKey: "proxyMetadata" | "proxy_metadata";
  /** Why Istio refuses the pod, each as a clause about the annotation. */
  refused: readonly string[];
  /** What Istio reads and we cannot, so that nothing is known of the fields. */
  unclear?: string;
  /** Why nothing can be changed in the text. */
  fixed?: string;
  /** What Istio passes over or changes without a word. */
  ignored: readonly string[];
}

/** Reads the annotation, which is undefined where there is none; whatever is wrong with it is part of the answer. */
export function readProxyConfig(text: unknown): ProxyConfig {
  const nothing = {
    written: {},
    fields: {},
    proxyMetadata: {},
    metadataKey: "proxyMetadata",
    refused: [],
    ignored: [],
  } as const;
  if (text === undefined) return { ...nothing, text };
  if (typeof text !== "string") return { ...nothing, text: undefined, refused: ["is not a string that holds YAML"] };
  const { document, ignored, fixed } = firstDocument(text);
  const source = parse(document);
  if (!isSource(source)) {
    const why = `is not YAML: ${source.message} (in line ${source.line} of the annotation)`;
    return { ...nothing, text, ...(source.isReadByGo ? { unclear: why } : { refused: [why] }) };
  }
  const plain = plainOrProblem(source);
  if (plain instanceof PlainProblem) return { ...nothing, text, unclear: plain.message };
  const repeated =
    source.repeatedKey && `has a key twice in line ${source.repeatedKey.line}, of which Istio reads the last`;
  const decoded = checkProxyConfig(plain.value ?? {});
  const variables = isRecord(decoded.fields["proxyMetadata"]) ? decoded.fields["proxyMetadata"] : {};
  const proxyMetadata = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
  const refused = [...(hasSurrogate(source) ? [SURROGATE] : []), ...decoded.refused.map(sentence)];
  const environment = refused.length > 0 ? { refused: [], ignored: [] } : environmentOf(proxyMetadata);
  const why = fixed ?? repeated;
  const written = isRecord(plain.value) ? plain.value : {};
  return {
    text,
    written,
    fields: decoded.fields,
    proxyMetadata,
    metadataKey: metadataKeyOf(written),
    refused: [...refused, ...environment.refused],
    ...(why === undefined ? {} : { fixed: why }),
    ignored: [...ignored, ...(repeated ? [repeated] : []), ...decoded.ignored.map(sentence), ...environment.ignored],
  };
}

/** Istio reads the first of several documents (sigs.k8s.io/yaml, YAMLToJSON). */
function firstDocument(text: string): { document: string; ignored: string[]; fixed?: string } {
  const marked = text.replace(/^\ufeff/, "");
  const whole = parse(marked);
  const end = isSource(whole) || !whole.isSeveralDocuments ? undefined : endOfDocument(marked, whole);
  if (end === undefined) return { document: marked, ignored: [] };
  const fixed = "holds several documents, of which Istio reads the first";
  return { document: marked.slice(0, end), ignored: [fixed], fixed };
}

function endOfDocument(text: string, { line }: SyntaxProblem): number | undefined {
  const lines = text.split("\n");
  const start = lines.slice(0, line).findLastIndex((each) => /^---(?:\s|$)/.test(each));
  return start < 1 ? undefined : lines.slice(0, start).join("\n").length + 1;
}

const SURROGATE = "has a \\u escape of half a character, which Go's YAML refuses";

/** go-yaml refuses what JSON writes for characters beyond U+FFFF (yaml_parser_scan_flow_scalar). */
function hasSurrogate({ text, root }: Source): boolean {
  if (root === undefined || !/\\u[dD][89a-fA-F]/.test(text)) return false;
  return [...nodesOf(root)].some(
    (node) =>
      node.kind === "scalar" &&
      node.form === "double" &&
      /(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]/.test(text.slice(node.start, node.end)),
  );
}

function metadataKeyOf(config: Readonly<Record<string, unknown>>): ProxyConfig["metadataKey"] {
  return !Object.hasOwn(config, "proxyMetadata") && Object.hasOwn(config, "proxy_metadata")
    ? "proxy_metadata"
    : "proxyMetadata";
}

function sentence({ path, cause }: Remark): string {
  const [, variable] = /^proxy(?:Metadata|_metadata)(?:\.|\[")(.*?)(?:"\])?$/.exec(path) ?? [];
  if (variable !== undefined) return `has a value in proxyMetadata that is not a string: ${variable} (quote it)`;
  return path === "" ? cause : `${path} ${cause}`;
}

/**
 * The injector pastes names and values into the YAML of a container, values between double quotes, so that some break it and
 * some become others (istio: istio-discovery/files/injection-template.yaml).
 */
function environmentOf(proxyMetadata: Readonly<Record<string, string>>): { refused: string[]; ignored: string[] } {
  const refused: string[] = [];
  const ignored: string[] = [];
  for (const [name, value] of Object.entries(proxyMetadata)) {
    const shown = JSON.stringify(name);
    const read = isBroken(name + value) ? undefined : pasted(name, value);
    if (read === "unclear") continue;
    if (read === undefined) {
      refused.push(
        `proxyMetadata has ${shown}, whose quotes, backslashes or line breaks break the YAML that Istio makes of it`,
      );
    } else if (typeof read["name"] !== "string" || read["name"] === "") {
      refused.push(`proxyMetadata has the name ${shown}, of which Istio's YAML makes none`);
    } else if (read["name"] !== name || read["value"] !== value) {
      ignored.push(`proxyMetadata has ${shown}, which reaches the sidecar changed, because Istio pastes it into YAML`);
    }
  }
  return { refused, ignored };
}

function pasted(name: string, value: string): Record<string, unknown> | "unclear" | undefined {
  const read = readPlain(`env:\n    - name: ${name}\n      value: "${value}"\n`);
  if (!("value" in read)) return "isReadByGo" in read ? "unclear" : undefined;
  const [entry, ...others] =
    isRecord(read.value) && Array.isArray(read.value["env"]) ? (read.value["env"] as unknown[]) : [];
  return others.length === 0 && isRecord(entry) ? entry : undefined;
}

/** True for what go-yaml does not read between double quotes, and the package `yaml` does. */
function isBroken(text: string): boolean {
  return /[\x00-\x08\x0b\x0c\x0e-\x1f]|\\u[dD][89a-fA-F]/.test(text);
}
