import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldsOf, valueAt, type Path } from "../../src/config/fields.ts";
import { readSettings } from "../../src/config/read-settings.ts";
import { spec as specSchema } from "../../src/config/schema.ts";
import { designExample, inSpec, manifest } from "./manifests.ts";

const runs = Number(process.env["PROPERTY_RUNS"] ?? 1500);

/** What a kind of value is called in a message, and values at both sides of every border. */
interface Kind {
  expected: string;
  accepted: readonly unknown[];
  refused: readonly unknown[];
}

const dnsName: Kind = {
  expected: "a name of at most 253 lower-case letters, digits, dashes and dots",
  accepted: ["a", "1", "agent", "a.b", "a-1.b--2", "constructor", "a".repeat(253)],
  refused: [
    "",
    "Upper",
    "-a",
    "a-",
    ".a",
    "a.",
    "a..b",
    "a.-b",
    "a_b",
    "a b",
    "é",
    "x\n",
    "a".repeat(254),
    1,
    true,
    [],
    {},
  ],
};

const dnsLabel: Kind = {
  expected: "a name of at most 63 lower-case letters, digits and dashes",
  accepted: ["a", "1", "kyma-system", "a--b", "a".repeat(63)],
  refused: ["", "Upper", "-a", "a-", "a.b", "a_b", "a b", "é", "x\n", "a".repeat(64), 1, false, ["a"], {}],
};

const path: Kind = {
  expected: 'an absolute path below "/" without ".." and ":"',
  accepted: ["/a", "/a/", "//a", "/a//b", "/..a/b..", "/a..", "/a/...", "/a,b c", "/etc/prom-certs/"],
  refused: [
    "",
    "/",
    "//",
    "a/b",
    "..",
    "/..",
    "/../a",
    "/a/..",
    "/a/../b",
    "/a:b",
    "/:",
    "/a\nb",
    "/a\u0001",
    1,
    [],
    {},
  ],
};

const port: Kind = {
  expected: "a port number from 1 to 65535",
  accepted: [1, 4317, 65535],
  refused: [0, -0, -1, 65536, 1.5, 2 ** 53, 1e21, NaN, Infinity, "4317", "", null, true, [1], {}],
};

const ipv4 = ["0.0.0.0/0", "10.96.0.1/32", "255.255.255.255/8"];
const ipv6 = ["::/0", "::1/128", "fd00::/8", "FE80::/10", "2001:db8::1/64", "1:2:3:4:5:6:7:8/64", "::ffff:1.2.3.4/96"];
const noIpv4 = [
  "10.0.0.0",
  "10.0.0/8",
  "10.0.0.0/",
  "10.0.0.0/33",
  "10.0.0.0/08",
  "010.0.0.0/8",
  "256.0.0.0/8",
  " 10.0.0.0/8",
];
const noIpv6 = [
  "::1",
  "::/",
  "::1/129",
  "::/+1",
  "::/1.5",
  "::/01",
  "::/1/2",
  "g::/1",
  "[::]/1",
  "::1::/64",
  "::1@b/1",
  "::%eth0/64",
];

const ipRange: Kind = {
  expected: "an IP range in CIDR form",
  accepted: [...ipv4, ...ipv6],
  refused: [...noIpv4, ...noIpv6, "1:2:3:4:5:6:7:8:9/64", "*", "", "a", null, 10, true, ["::/0"], {}],
};

const labelKey: Kind = {
  expected: "a label key",
  accepted: ["app", "A_b.c-1", "app.kubernetes.io/name", "constructor", "a".repeat(63), `${"a".repeat(253)}/b`],
  refused: ["", "/name", "a/", "a/b/c", "A/b", "-a", "a-", "a b", "é", "x\n", "a".repeat(64), `${"a".repeat(316)}/b`],
};

const labelValue: Kind = {
  expected: "a label value (text of at most 63 letters, digits, dashes, dots and underscores)",
  accepted: ["", "a", "A_b.c-1", "a".repeat(63)],
  refused: ["-a", "a-", "a b", "a/b", "é", "x\n", "a".repeat(64), null, 1, true, ["a"], {}],
};

function oneOf(...values: string[]): Kind {
  const expected = `one of ${values.map((value) => value || '""').join(", ")}`;
  const spellings = values
    .flatMap((value) => [value.toLowerCase(), ` ${value}`])
    .filter((text) => !values.includes(text));
  return { expected, accepted: values, refused: [...spellings, "other", 0, true, false, values, {}] };
}

function listOf(kind: Kind, expected: string): Kind {
  return {
    expected,
    accepted: [[], ...kind.accepted.map((value) => [value]), kind.accepted, [kind.accepted[0], kind.accepted[0]]],
    refused: [kind.accepted[0], kind.refused[0], "", 1, true, {}, { 0: kind.accepted[0] }],
  };
}

const labels: Kind = {
  expected: "a map of at least one label",
  accepted: [
    ...labelKey.accepted.map((key) => ({ [String(key)]: "a" })),
    ...labelValue.accepted.map((value) => ({ a: value, b: "c" })),
  ],
  refused: [{}, JSON.parse('{"__proto__": "a"}') as unknown, [], ["a"], "app=a", 1, true],
};

/** Every field but the warnings, which are all of one kind. */
const kinds: Readonly<Record<string, Kind>> = {
  "agent.name": dnsName,
  "agent.kind": oneOf(
    "DaemonSet",
    "Deployment",
    "StatefulSet",
    "OpenTelemetryCollector",
    "Prometheus",
    "PrometheusAgent",
    "VMAgent",
  ),
  "agent.namespace": dnsLabel,
  "agent.selector.matchLabels": labels,
  "agent.container": dnsLabel,
  "backends.source": oneOf("Auto", "MetricPipelines", "AgentConfig"),
  "backends.scope": oneOf("All", "InCluster"),
  "pipelines.selector.matchLabels": labels,
  "pipelines.include": oneOf("AgentInputs", "EnabledInputs", "All"),
  trafficInterception: oneOf("On", "PrometheusInputScrapeOnly", "ExportOnly", "Off"),
  "ports.additional": listOf(port, "a list of port numbers"),
  "ports.exporters": {
    expected: "a map of lists of port numbers",
    accepted: [{}, { otlp: [] }, { "otlp/mesh.a": [4317, 1] }],
    refused: ["otlp", 1, true, [], [4317]],
  },
  "ports.excludeInbound": listOf(port, "a list of port numbers"),
  "ports.existing": oneOf("Replace", "Keep"),
  "ports.socketLoadBalancer": {
    expected: "true or false",
    accepted: [true, false],
    refused: ["true", "", 0, 1, [], [true], {}],
  },
  "bypass.ipRanges": listOf(ipRange, "a list of IP ranges in CIDR form"),
  "certificates.volumeName": dnsLabel,
  "certificates.mountPath": path,
  "certificates.outputPath": {
    ...path,
    expected: 'an absolute path below "/" without "..", ":", quotes and backslashes',
    refused: [...path.refused, '/a"b', "/a\\b", '/"'],
  },
  "certificates.medium": oneOf("Memory", ""),
  "endpoints.unresolved": oneOf("Error", "Warn"),
  "endpoints.oauth2TokenEndpoints": oneOf("InCluster", "All", "Off"),
};

const all = fieldsOf(specSchema);
const values = all.filter(({ isGroup }) => !isGroup).map((field) => ({ name: field.path.join("."), field }));
const kindOf = (name: string) => kinds[name] ?? oneOf("Error", "Warn", "Off");

const nest = (at: Path, value: unknown) =>
  at.reduceRight<unknown>((inner, key) => (typeof key === "number" ? [inner] : { [key]: inner }), value);

/** What is said of a config that has this value at a path and nothing else. */
function said(at: Path, value: unknown): string[] {
  return readSettings(inSpec(nest(at, value))).findings.map(({ field, cause }) => `${field?.path}: ${cause}`);
}

/** The values that are not refused by one sentence, which names the place and what belongs there. */
function notRefused(at: Path, place: string, { expected, refused }: Kind) {
  const told = refused.map((value) => ({ value, said: said(at, value) }));
  return told.filter(({ said: [first = "", ...more] }) => {
    return more.length > 0 || !first.startsWith(`${place}: `) || !first.endsWith(` is not ${expected}`);
  });
}

describe("each field", () => {
  it("is in the table or a warning", () => {
    const names = values.map(({ name }) => name).filter((name) => !name.startsWith("warnings."));
    expect(Object.keys(kinds)).toEqual(names);
  });

  it.each(values)("$name takes what it is for and nothing else", ({ name, field: { path: at } }) => {
    const kind = kindOf(name);
    for (const value of kind.accepted) expect({ value, said: said(at, value) }).toEqual({ value, said: [] });
    expect(notRefused(at, `spec.${name}`, kind)).toEqual([]);
  });

  it.each([
    { name: "ports.additional", kind: port },
    { name: "ports.excludeInbound", kind: port },
    { name: "bypass.ipRanges", kind: ipRange },
  ])("$name takes no other elements", ({ name, kind }) => {
    expect(notRefused([...name.split("."), 0], `spec.${name}[0]`, kind)).toEqual([]);
  });

  it.each(["agent", "pipelines"])("%s.selector takes no other labels", (group) => {
    const at = [group, "selector", "matchLabels"];
    expect(notRefused([...at, "app"], `spec.${at.join(".")}.app`, labelValue)).toEqual([]);
    for (const key of labelKey.refused) {
      const [complaint = "", ...more] = said([...at, String(key)], "a");
      expect(more).toEqual([]);
      expect(complaint.startsWith(`spec.${at.join(".")}`), complaint).toBe(true);
      expect(complaint.endsWith(` is not ${labelKey.expected}`), complaint).toBe(true);
    }
  });

  it.each(all.filter(({ isGroup }) => isGroup))("$path is a group and takes a map alone", ({ path: at, expected }) => {
    expect(expected).toContain("a map with the fields ");
    expect(
      notRefused(at, `spec.${at.join(".")}`, { expected, accepted: [], refused: ["x", "", 1, true, [], [{}]] }),
    ).toEqual([]);
  });
});

describe("a config of many fields", () => {
  const draw = ({ name, field }: (typeof values)[number]) => {
    const { accepted, refused } = kindOf(name);
    const sound = fc.constantFrom(...accepted).map((value) => ({ name, field, value, isSound: true }));
    const faulty = fc.constantFrom(...refused).map((value) => ({ name, field, value, isSound: false }));
    return fc.oneof({ weight: 6, arbitrary: sound }, { weight: 1, arbitrary: faulty });
  };
  // Labels would stand in for the name.
  const some = fc.subarray(values.filter(({ name }) => name !== "agent.selector.matchLabels"));

  it("has a finding for each fault, keeps what is sound and has defaults for the rest", () => {
    fc.assert(
      fc.property(
        some.chain((fields) => fc.tuple(...fields.map(draw))),
        (drawn) => {
          const given = {};
          for (const { field, value } of drawn) put(given, field.path, value);
          const config = inSpec(given);
          const before = structuredClone(config);
          const { settings, findings } = readSettings(config);
          expect(config).toEqual(before);
          expect(findings.map(({ field }) => field?.path)).toEqual(
            drawn.filter(({ isSound }) => !isSound).map(({ name }) => `spec.${name}`),
          );
          const kept = new Map(drawn.map(({ name, value, isSound }) => [name, isSound ? value : undefined]));
          expect(values.map(({ field }) => valueAt(settings, field.path))).toEqual(
            values.map(({ name, field }) => kept.get(name) ?? field.defaultValue),
          );
        },
      ),
      { numRuns: runs },
    );
  });

  it("gives each caller lists of its own", () => {
    const [one, other] = [1, 2].map(() => readSettings(manifest({ ...designExample, spec: {} })).settings);
    one?.ports.additional.push(1);
    expect(other?.ports.additional).toEqual([]);
  });
});

function put(target: object, [key = "", ...rest]: readonly string[], value: unknown): void {
  const map = target as Record<string, unknown>;
  if (rest.length === 0) map[key] = value;
  else put((map[key] ??= {}), rest, value);
}
