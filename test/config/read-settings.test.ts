import { describe, expect, it } from "vitest";
import { configMapKey } from "../../src/config/config-map.ts";
import { fieldsOf, valueAt } from "../../src/config/fields.ts";
import { readSettings } from "../../src/config/read-settings.ts";
import { spec as specSchema } from "../../src/config/schema.ts";
import { configMap, designExample, inSpec, interceptBackends, manifest } from "./manifests.ts";

/** Every warning at its default. */
const warnings = Object.fromEntries(
  fieldsOf(specSchema).flatMap(({ path: [group, id], defaultValue }) =>
    group === "warnings" && id !== undefined ? [[id, defaultValue]] : [],
  ),
);

const defaults = {
  agent: { name: "telemetry-metric-agent" },
  pipelines: { include: "AgentInputs" },
  trafficInterception: "On",
  backends: { source: "Auto" },
  ports: { additional: [], exporters: {}, existing: "Replace", socketLoadBalancer: false },
  bypass: { ipRanges: [] },
  certificates: { medium: "Memory" },
  endpoints: { unresolved: "Error", oauth2TokenEndpoints: "InCluster" },
  warnings,
};

const additional = (value: unknown) => ({ ports: { additional: value } });
const ranges = (...value: unknown[]) => ({ bypass: { ipRanges: value } });
const labels = (value: unknown) => ({ pipelines: { selector: { matchLabels: value } } });

const values = fieldsOf(specSchema).filter((field) => !field.isGroup);

/** Values that differ from the default where the type allows it, so that an ignored key shows. */
function valuesFor({ type, choices, expected, example, keys }: (typeof values)[number]): readonly unknown[] {
  if (choices) return choices;
  if (type === "boolean") return [true, false];
  if (type === "array") return [[], example, [example, example].flat()];
  if (keys?.areLists) return [{ "otlp/a.b": [4317, 1], kafka: [] }, example];
  if (type === "record") return [{ "app.kubernetes.io/name": "a", plain: "b" }, example];
  if (expected.includes("path")) return ["/some/where", "/some/where/"];
  return ["something-else", example];
}

/** A value in the spelling of a ConfigMap. */
function dataFor(field: (typeof values)[number], value: unknown): Record<string, string> {
  const key = configMapKey(field);
  if (Array.isArray(value)) return { [key]: value.join(", ") };
  if (typeof value !== "object" || value === null) return { [key]: String(value) };
  return Object.fromEntries(Object.entries(value).map(([label, text]) => [key.replace(/<.*>/, label), String(text)]));
}

/** Each finding as a person reads it. */
function complaints(config: ReturnType<typeof manifest>): string[] {
  return readSettings(config).findings.map(({ field, cause, remedy }) => `${field?.path}: ${cause}; ${remedy}`);
}

describe("defaults", () => {
  it.each([
    ["no function config", undefined],
    ["an InterceptBackends without spec", manifest(interceptBackends())],
    ["an empty spec", inSpec({})],
    [
      "spec and groups with nothing below them, which arrive as null",
      inSpec({ agent: null, ports: { additional: null } }),
    ],
    ["a spec that is null", inSpec(null)],
    ["a ConfigMap without data, as kpt fn eval sends", manifest({ apiVersion: "v1", kind: "ConfigMap" })],
    ["a ConfigMap with data null", manifest({ apiVersion: "v1", kind: "ConfigMap", data: null })],
    ["a ConfigMap with empty data", configMap({})],
    ["a ConfigMap with values that are null", configMap({ "agent.name": null, "ports.additional": null })],
  ])("%s", (_, config) => {
    expect(readSettings(config)).toEqual({ settings: defaults, findings: [] });
  });

  it("are fresh for each run", () => {
    readSettings(undefined).settings.ports.additional.push(1);
    expect(readSettings(undefined).settings).toEqual(defaults);
  });
});

describe("the two forms", () => {
  it("reads the example of the design", () => {
    const { settings, findings } = readSettings(manifest(designExample));
    expect(findings).toEqual([]);
    expect(settings).toEqual({
      ...designExample.spec,
      pipelines: { include: "AgentInputs" },
      backends: { source: "Auto" },
      ports: { ...designExample.spec.ports, exporters: {} },
      warnings,
    });
  });

  it.each(values.flatMap((field) => valuesFor(field).map((value) => ({ name: field.path.join("."), field, value }))))(
    "agree on $name: $value",
    ({ field, value }) => {
      const nested = field.path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
      const plain = readSettings(inSpec(nested));
      expect(plain.findings).toEqual([]);
      expect(valueAt(plain.settings, field.path)).toEqual(value);
      expect(readSettings(configMap(dataFor(field, value)))).toEqual(plain);
    },
  );

  it("takes numbers and booleans that somebody did not quote in a ConfigMap", () => {
    const { settings, findings } = readSettings(
      configMap({ "ports.additional": 4317, "ports.socketLoadBalancer": true }),
    );
    expect(findings).toEqual([]);
    expect(settings.ports).toMatchObject({ additional: [4317], socketLoadBalancer: true });
  });

  it("are documented for every field and group", () => {
    const all = fieldsOf(specSchema);
    expect(values.length).toBeGreaterThan(15);
    expect(all.filter(({ description }) => !description)).toEqual([]);
    expect(values.filter(({ example }) => example === undefined)).toEqual([]);
    expect(values.filter(({ defaultValue, whenAbsent }) => (defaultValue ?? whenAbsent) === undefined)).toEqual([]);
  });
});

describe("values that are refused", () => {
  it.each([
    [additional([0]), "spec.ports.additional[0]: 0 is not a port number from 1 to 65535; write one such as 4317"],
    [
      additional([1, 65536]),
      "spec.ports.additional[1]: 65536 is not a port number from 1 to 65535; write one such as 4317",
    ],
    [additional([1.5]), "spec.ports.additional[0]: 1.5 is not a port number from 1 to 65535; write one such as 4317"],
    [additional([null]), "spec.ports.additional[0]: null is not a port number from 1 to 65535; write one such as 4317"],
    [additional(["4317"]), 'spec.ports.additional[0]: "4317" is not a port number from 1 to 65535; write 4317'],
    [additional(4317), "spec.ports.additional: 4317 is not a list of port numbers; write [4317]"],
    [additional("4317,9411"), 'spec.ports.additional: "4317,9411" is not a list of port numbers; write [4317, 9411]'],
    [ranges("10.96.0.1"), 'spec.bypass.ipRanges[0]: "10.96.0.1" is not an IP range in CIDR form; write "10.96.0.1/32"'],
    [ranges("fd00::1"), 'spec.bypass.ipRanges[0]: "fd00::1" is not an IP range in CIDR form; write "fd00::1/128"'],
    [
      ranges(" 10.0.0.0/8"),
      'spec.bypass.ipRanges[0]: " 10.0.0.0/8" is not an IP range in CIDR form; write "10.0.0.0/8"',
    ],
    [ranges("*"), 'spec.bypass.ipRanges[0]: "*" is not an IP range in CIDR form; write one such as "10.96.0.1/32"'],
    [
      ranges("10.0.0.0/33"),
      'spec.bypass.ipRanges[0]: "10.0.0.0/33" is not an IP range in CIDR form; write one such as "10.96.0.1/32"',
    ],
    [{ ports: { socketLoadBalancer: "yes" } }, 'spec.ports.socketLoadBalancer: "yes" is not true or false; write true'],
    [{ ports: { existing: "replace" } }, 'spec.ports.existing: "replace" is not one of Replace, Keep; write "Replace"'],
    [
      { trafficInterception: "ExprotOnly" },
      'spec.trafficInterception: "ExprotOnly" is not one of On, PrometheusInputScrapeOnly, ExportOnly, Off; write "ExportOnly"',
    ],
    [
      { trafficInterception: false },
      'spec.trafficInterception: false is not one of On, PrometheusInputScrapeOnly, ExportOnly, Off; write "Off"',
    ],
    [
      { trafficInterception: "no" },
      'spec.trafficInterception: "no" is not one of On, PrometheusInputScrapeOnly, ExportOnly, Off; write "Off"',
    ],
    [
      { certificates: { medium: "HugePages" } },
      'spec.certificates.medium: "HugePages" is not one of Memory, ""; choose one of them',
    ],
    [
      { certificates: { volumeName: "Istio_Certs" } },
      'spec.certificates.volumeName: "Istio_Certs" is not a name of at most 63 lower-case letters, digits and dashes; write one such as "istio-certs"',
    ],
    [
      { certificates: { mountPath: "etc/certs" } },
      'spec.certificates.mountPath: "etc/certs" is not an absolute path below "/" without ".." and ":"; write "/etc/certs"',
    ],
    [
      { certificates: { outputPath: "/etc/../x" } },
      'spec.certificates.outputPath: "/etc/../x" is not an absolute path below "/" without "..", ":", quotes and backslashes; write one such as "/etc/istio-output-certs"',
    ],
    [
      { agent: { name: 123 } },
      'spec.agent.name: 123 is not a name of at most 253 lower-case letters, digits, dashes and dots; write "123"',
    ],
    [
      labels({}),
      'spec.pipelines.selector.matchLabels: {} is not a map of at least one label; write one such as {app.kubernetes.io/name: "metric-agent"}',
    ],
    [
      { pipelines: { selector: {} } },
      'spec.pipelines.selector.matchLabels: nothing stands where a map of at least one label belongs; write one such as {app.kubernetes.io/name: "metric-agent"}',
    ],
    [
      labels({ "a b": "x" }),
      'spec.pipelines.selector.matchLabels["a b"]: "a b" is not a label key; write one such as "app.kubernetes.io/name"',
    ],
    [
      labels({ version: 1 }),
      'spec.pipelines.selector.matchLabels.version: 1 is not a label value (text of at most 63 letters, digits, dashes, dots and underscores); write "1"',
    ],
    [
      labels({ a: null, b: "c" }),
      'spec.pipelines.selector.matchLabels.a: null is not a label value (text of at most 63 letters, digits, dashes, dots and underscores); write one such as "metric-agent"',
    ],
    [
      { agent: { namespace: "_".repeat(64) } },
      `spec.agent.namespace: "${"_".repeat(64)}" is not a name of at most 63 lower-case letters, digits and dashes; write one such as "istio-certs"`,
    ],
    [
      { warnings: { frobnicate: "Off" } },
      `spec.warnings.frobnicate: "frobnicate" is not a field of spec.warnings; remove it, or use one of ${Object.keys(warnings).slice(0, 12).join(", ")} and ${Object.keys(warnings).length - 12} more`,
    ],
    [
      { endpoints: "Warn" },
      'spec.endpoints: "Warn" is not a map with the fields unresolved, oauth2TokenEndpoints; write its fields below it, indented',
    ],
    [
      { agent: { name: "x", selector: { matchLabels: { a: "b" } } } },
      "spec.agent.name: spec.agent.name and spec.agent.selector are both given, and each alone decides; remove spec.agent.name or spec.agent.selector",
    ],
  ])("%j", (spec, complaint) => {
    expect(complaints(inSpec(spec))).toEqual([complaint]);
  });

  it("stays quick on a value of a megabyte", () => {
    const long = "a".repeat(1_000_000);
    const start = performance.now();
    complaints(
      inSpec({ agent: { name: long, [long]: 1 }, trafficInterception: long, certificates: { mountPath: long } }),
    );
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe("unknown keys", () => {
  it.each([
    [
      { ports: { excludInbound: [1] } },
      'spec.ports.excludInbound: "excludInbound" is not a field of spec.ports; did you mean excludeInbound?',
    ],
    [
      { ports: { excludeInboundPorts: [] } },
      'spec.ports.excludeInboundPorts: "excludeInboundPorts" is not a field of spec.ports; did you mean excludeInbound?',
    ],
    [
      { excludeInbound: [1] },
      'spec.excludeInbound: "excludeInbound" is not a field of spec; did you mean spec.ports.excludeInbound?',
    ],
    [
      { selector: {} },
      'spec.selector: "selector" is not a field of spec; did you mean spec.agent.selector or spec.pipelines.selector?',
    ],
    [{ agent: { selectr: {} } }, 'spec.agent.selectr: "selectr" is not a field of spec.agent; did you mean selector?'],
    [
      { TRAFFICINTERCEPTION: "On" },
      'spec.TRAFFICINTERCEPTION: "TRAFFICINTERCEPTION" is not a field of spec; did you mean trafficInterception?',
    ],
    [{ agnet: null }, 'spec.agnet: "agnet" is not a field of spec; did you mean agent?'],
    [
      { toString: null },
      'spec.toString: "toString" is not a field of spec; remove it, or use one of agent, backends, pipelines, trafficInterception, ports, bypass, certificates, endpoints, warnings',
    ],
    [{ agnet: {} }, 'spec.agnet: "agnet" is not a field of spec; did you mean agent?'],
    [{ "agent.name": "x" }, 'spec["agent.name"]: "agent.name" is not a field of spec; did you mean spec.agent.name?'],
    [
      { ports: { frobnicate: 1 } },
      'spec.ports.frobnicate: "frobnicate" is not a field of spec.ports; remove it, or use one of additional, exporters, excludeInbound, existing, socketLoadBalancer',
    ],
  ])("%j", (spec, complaint) => {
    expect(complaints(inSpec(spec))).toEqual([complaint]);
  });

  it("beside spec", () => {
    const { spec: _, ...head } = interceptBackends({});
    expect(complaints(manifest({ ...head, agent: {}, sepc: {}, excludeInbound: [], data: {}, name: "x" }))).toEqual([
      'agent: "agent" stands beside spec; move it under spec',
      'sepc: "sepc" is not a field of the function config; did you mean spec?',
      'excludeInbound: "excludeInbound" is not a field of the function config; did you mean spec.ports.excludeInbound?',
      'data: "data" is not a field of the function config; remove it, or use one of apiVersion, kind, metadata, spec',
      'name: "name" is not a field of the function config; did you mean metadata.name or spec.agent.name?',
    ]);
  });

  it("in a ConfigMap", () => {
    const config = configMap({
      "agent.nmae": "x",
      "spec.agent.name": "x",
      excludeInbound: "1",
      "agent.selector": "a=b",
      "agent.selector.matchLabels.": "b",
      "agent.selector.matchLabel.a": "b",
      "ports.exsting": null,
    });
    expect(complaints(config)).toEqual([
      'data["agent.nmae"]: "agent.nmae" is not a setting; did you mean agent.name?',
      'data["spec.agent.name"]: "spec.agent.name" is not a setting; did you mean agent.name?',
      'data.excludeInbound: "excludeInbound" is not a setting; did you mean ports.excludeInbound?',
      'data["agent.selector"]: "agent.selector" is a group of settings, not one of them; write agent.selector.matchLabels.<label key>',
      'data["agent.selector.matchLabels."]: "agent.selector.matchLabels." is not a setting; did you mean agent.selector.matchLabels.<label key>?',
      'data["agent.selector.matchLabel.a"]: "agent.selector.matchLabel.a" is not a setting; did you mean agent.selector.matchLabels.<label key>?',
      'data["ports.exsting"]: "ports.exsting" is not a setting; did you mean ports.existing?',
    ]);
    expect(complaints(configMap({ foo: "bar" }))[0]).toMatch(
      /remove it, or use one of agent.name, .*endpoints.unresolved, /,
    );
  });
});

describe("a ConfigMap that is wrong", () => {
  it("is told in its own keys and spelling", () => {
    const config = configMap({
      "ports.additional": "4317,x,0,x",
      "ports.socketLoadBalancer": "True",
      "bypass.ipRanges": "10.96.0.1",
      "agent.name": "x",
      "agent.selector.matchLabels.app": "y",
    });
    expect(complaints(config)).toEqual([
      'data["ports.additional"]: "x" is not a port number from 1 to 65535; write one such as "4317"',
      'data["ports.additional"]: 0 is not a port number from 1 to 65535; write one such as "4317"',
      'data["ports.socketLoadBalancer"]: "True" is not true or false; write "true"',
      'data["bypass.ipRanges"]: "10.96.0.1" is not an IP range in CIDR form; write "10.96.0.1/32"',
      'data["agent.name"]: agent.name and agent.selector are both given, and each alone decides; remove agent.name or agent.selector',
    ]);
    expect(readSettings(config).findings[0]?.field?.currentValue).toBe("4317,x,0,x");
  });

  it("may not carry settings anywhere else", () => {
    const config = manifest({
      apiVersion: "v1",
      kind: "ConfigMap",
      immutable: true,
      data: [],
      binaryData: { a: "" },
      spec: {},
      Data: {},
    });
    expect(complaints(config).map((text) => text.split(";")[0])).toEqual([
      'spec: "spec" is not a field of a ConfigMap',
      'Data: "Data" is not a field of a ConfigMap',
      "data: [] is not a map",
      "binaryData: settings are not read from binaryData",
    ]);
  });
});

describe("a function config of another kind", () => {
  it.each([
    ["v1", "Secret", "kind"],
    ["intercept-backends.dev/v1", "InterceptBackends", "apiVersion"],
    ["apps/v1", "ConfigMap", "apiVersion"],
    ["", "", "kind"],
  ])("%s %s", (apiVersion, kind, path) => {
    const { settings, findings } = readSettings(manifest({ apiVersion, kind, data: { password: "hunter2" } }));
    expect(settings).toEqual(defaults);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      severity: "error",
      field: { path },
      remedy:
        "use kind InterceptBackends with apiVersion intercept-backends.dev/v1alpha1, or kind ConfigMap with apiVersion v1",
    });
    expect(JSON.stringify(findings)).not.toContain("hunter2");
  });
});

describe("findings", () => {
  it("carry resource, file, field and current value", () => {
    const config = { ...inSpec({ ports: { existing: "keep" } }), file: { path: "fn-config.yaml", index: 0 } };
    expect(readSettings(config).findings).toEqual([
      {
        severity: "error",
        cause: '"keep" is not one of Replace, Keep',
        remedy: 'write "Keep"',
        resource: config.ref,
        file: { path: "fn-config.yaml", index: 0 },
        field: { path: "spec.ports.existing", currentValue: "keep" },
      },
    ]);
  });

  it("tell all that is wrong, and leave the sound settings as they are", () => {
    const { settings, findings } = readSettings(
      inSpec({
        agent: { name: "mine", nmae: "x", selector: { matchLabels: { a: "b", c: 1 } } },
        ports: { additional: [1, 0], excludeInbound: [8888] },
        trafficInterception: "on",
      }),
    );
    expect(findings.map(({ field }) => field?.path)).toEqual([
      "spec.agent.selector.matchLabels.c",
      "spec.agent.nmae",
      "spec.trafficInterception",
      "spec.ports.additional[1]",
      "spec.agent.name",
    ]);
    expect(settings).toEqual({
      ...defaults,
      agent: { name: "mine" },
      ports: { ...defaults.ports, excludeInbound: [8888] },
    });
  });

  it("are one line each, without a full stop, and never zod's own words", () => {
    const junk = [null, true, 0, -1, 1e99, "", "x", "a\nb", [], [[]], {}, { a: {} }, [null], "x".repeat(500)];
    for (const { path } of fieldsOf(specSchema)) {
      for (const value of junk) {
        const nested = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
        for (const { cause, remedy = "" } of readSettings(inSpec(nested)).findings) {
          expect(`${cause}; ${remedy}`).not.toMatch(/invalid input|undefined|\n|\.$/i);
          expect(cause.length + remedy.length).toBeLessThan(450);
        }
      }
    }
  });
});
