import * as fc from "fast-check";
import { stringify } from "yaml";

/** One resource as plain data and as the text of its list element, dash included, without a final line break. */
export interface Resource {
  object: Record<string, unknown>;
  text: string;
}

/** A ResourceList as text with what it was made of. */
export interface StreamText {
  text: string;
  resources: Resource[];
  /** Position of the agent among the resources. */
  agent: number;
  /** The text before and behind the agent's element. */
  head: string;
  tail: string;
  ports: number[];
}

/** Strings that tempt a finder of lines: dashes, keys of the list itself, comments, quotes, tabs, long lines. */
const nastyText = fc.oneof(
  fc.constantFrom(
    "- item\n- item\n",
    "items:\n- a: b\nfunctionConfig:\n",
    "kind: DaemonSet\n",
    "  kind: MetricPipeline\n  - x\n",
    "# no comment\n\n#\n",
    "---\n...\n",
    "a: 'b'\n\"c\": {d: [e]}\n",
    "\ttab\n\t- tab\n",
    `${"long ".repeat(200)}end`,
    "trailing   \nblanks \n",
    "multi\nline",
    "'",
    '"',
    "* & ! % @ `",
    "🚀 é ü",
    "",
    " leading",
    "&anchor *alias",
  ),
  fc.string({ maxLength: 20 }),
);

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/);

/** A resource that is none of ours, with traps in its data. */
export const otherObject = fc.record({
  apiVersion: fc.constant("v1"),
  kind: fc.constantFrom("ConfigMap", "Service", "Widget"),
  metadata: fc.record({ name }),
  data: fc.dictionary(fc.oneof(name, fc.constantFrom("kind", "items", "- a", "#x")), nastyText, { maxKeys: 4 }),
});

const port = fc.integer({ min: 1, max: 65535 });

/** A MetricPipeline, and beside its fields the port that it asks for. */
export const pipelineObject = fc
  .record({ port, host: name, http: fc.boolean(), input: fc.boolean() })
  .map((choice) => ({
    apiVersion: "telemetry.kyma-project.io/v1beta1",
    kind: "MetricPipeline",
    metadata: { name: choice.host },
    spec: {
      ...(choice.input ? { input: { prometheus: { enabled: true } } } : {}),
      output: {
        otlp: {
          ...(choice.http ? { protocol: "http" } : {}),
          endpoint: { value: `${choice.http ? "http://" : ""}${choice.host}.example.com:${choice.port}` },
        },
      },
    },
    port: choice.port,
  }));

/** Annotations that may be there before: other people's, ours from an earlier run, ours with other values. */
const annotations = fc.option(
  fc.record(
    {
      "checksum/config": fc.constant("1"),
      note: nastyText,
      "traffic.sidecar.istio.io/includeOutboundPorts": fc.constantFrom("", "4317", "9999,80"),
      "traffic.sidecar.istio.io/includeOutboundIPRanges": fc.constantFrom("", "*", "10.0.0.0/8"),
      "proxy.istio.io/config": fc.constantFrom(
        "",
        "holdApplicationUntilProxyStarts: true # wait\n",
        "proxyMetadata:\n    A: b\n",
        '{"proxyMetadata": {"A": "b"}}',
        "proxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\n",
        "proxyMetadata: {}\nconcurrency: 2",
      ),
      "sidecar.istio.io/userVolumeMount": fc.constantFrom(
        "[]",
        '{"other": {"mountPath": "/other"}}',
        '[{"name":"other","mountPath":"/other"}]',
        '[{"name":"istio-certs","mountPath":"/etc/istio-output-certs","readOnly":true}]',
      ),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);

const volumes = fc.constantFrom(
  undefined,
  [],
  [{ name: "config", configMap: { name: "c" } }],
  [{ name: "istio-certs", emptyDir: {} }],
  [
    { name: "istio-certs", emptyDir: { medium: "Memory" } },
    { name: "config", configMap: { name: "c" } },
  ],
);

const mounts = fc.constantFrom(
  undefined,
  [],
  [{ name: "config", mountPath: "/conf" }],
  [{ name: "istio-certs", mountPath: "/etc/istio-output-certs" }],
);

/** The agent, as fresh or with traces of earlier runs and of other people. */
export const agentObject = fc
  .record({ annotations, volumes, mounts, label: fc.constantFrom(undefined, "false", "true") })
  .map((choice) => ({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "telemetry-metric-agent", namespace: "kyma-system" },
    spec: {
      template: {
        metadata: {
          labels: { app: "agent", ...(choice.label === undefined ? {} : { "sidecar.istio.io/inject": choice.label }) },
          ...(choice.annotations === undefined ? {} : { annotations: choice.annotations }),
        },
        spec: {
          containers: [
            { name: "collector", args: ["--config", "x"], ...(choice.mounts ? { volumeMounts: choice.mounts } : {}) },
          ],
          ...(choice.volumes ? { volumes: choice.volumes } : {}),
        },
      },
    },
  }));

/** Ways to write one object: block YAML of several habits, or JSON on one line or several. */
const printer: fc.Arbitrary<(object: unknown) => string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        indent: fc.constantFrom(2, 4),
        indentSeq: fc.boolean(),
        defaultStringType: fc.constantFrom(
          "PLAIN" as const,
          "QUOTE_SINGLE" as const,
          "QUOTE_DOUBLE" as const,
          "BLOCK_LITERAL" as const,
          "BLOCK_FOLDED" as const,
        ),
        defaultKeyType: fc.constantFrom("PLAIN" as const, "QUOTE_DOUBLE" as const),
        collectionStyle: fc.constantFrom("any" as const, "flow" as const),
        anchors: fc.boolean(),
      })
      .map(
        ({ anchors, ...options }) =>
          (object: unknown) =>
            stringify(object, { ...options, lineWidth: 0, aliasDuplicateObjects: anchors }).trimEnd(),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 2).map((space) => (object: unknown) => JSON.stringify(object, null, space)),
  },
);

/** Lines between resources that mean nothing. */
const between = fc.constantFrom("", "# a comment\n", "\n", "  # deeper\n\n");

const written = (objects: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<Resource> =>
  fc.tuple(objects, printer).map(([object, print]) => {
    const { port: _, ...plain } = object;
    const [first = "", ...more] = print(plain).split("\n");
    return { object, text: [`- ${first}`, ...more.map((line) => (line === "" ? "" : `  ${line}`))].join("\n") };
  });

/** Streams as hosts and people write them: one agent, pipelines and other resources in any order and style. */
export const streams: fc.Arbitrary<StreamText> = fc
  .record({
    agent: written(agentObject),
    pipelines: fc.array(written(pipelineObject), { maxLength: 4 }),
    others: fc.array(written(otherObject), { maxLength: 4 }),
    places: fc.array(fc.nat({ max: 100 }), { minLength: 9, maxLength: 9 }),
    gap: between,
    dashColumn: fc.constantFrom(0, 2, 3),
    hasConfig: fc.boolean(),
    isConfigFirst: fc.boolean(),
    isWindows: fc.boolean(),
    hasMark: fc.boolean(),
    endsWithLineBreak: fc.boolean(),
  })
  .map((choice) => {
    const resources = [choice.agent, ...choice.pipelines, ...choice.others]
      .map((resource, at) => ({ resource, place: choice.places[at] ?? 0 }))
      .toSorted((a, b) => a.place - b.place)
      .map(({ resource }) => resource);
    const agent = resources.indexOf(choice.agent);
    const margin = " ".repeat(choice.dashColumn);
    const items = resources.map(({ text }) => `${choice.gap}${text.replace(/^(?=.)/gm, margin)}\n`);
    const top = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n";
    const config = choice.hasConfig ? CONFIG : "";
    const first = `${top}${choice.isConfigFirst ? config : ""}items:\n`;
    const last = choice.isConfigFirst ? "" : config;
    const ended = (text: string): string => (choice.isWindows ? text.replaceAll("\n", "\r\n") : text);
    const head = (choice.hasMark ? "\ufeff" : "") + ended(first + items.slice(0, agent).join(""));
    const tail = ended(items.slice(agent + 1).join("") + last);
    const body = head + ended(items[agent] ?? "") + tail;
    return {
      text: choice.endsWithLineBreak ? body : body.trimEnd(),
      resources,
      agent,
      head,
      tail: tail.trimEnd(),
      ports: [...choice.pipelines.map(({ object }) => Number(object["port"])), ...(choice.hasConfig ? [7777] : [])],
    };
  });

const CONFIG = "functionConfig:\n  apiVersion: v1\n  kind: ConfigMap\n  data:\n    ports.additional: '7777'\n";

/** A stream with a few lines deleted, doubled, indented or put in, so that shapes come up that nobody thought of. */
export const mutatedStreams: fc.Arbitrary<string> = fc
  .tuple(
    streams,
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 0.999, noNaN: true }),
        what: fc.constantFrom("delete", "double", "indent", "outdent", "insert", "cut"),
        line: fc.constantFrom(
          "---",
          "...",
          "# c",
          "\t",
          "- x",
          "items:",
          "kind: DaemonSet",
          "  - y: |",
          "&a x: *a",
          "{",
          "]",
          '"',
          "results: []",
          "? q",
          "<<: *a",
          "  kind: Secret # c",
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([{ text }, mutations]) => {
    let lines = text.split("\n");
    for (const { at, what, line } of mutations) {
      const index = Math.floor(at * lines.length);
      const old = lines[index] ?? "";
      const made = {
        delete: [],
        double: [old, old],
        indent: [` ${old}`],
        outdent: [old.replace(/^ /, "")],
        insert: [line, old],
        cut: [old.slice(0, Math.floor(old.length / 2))],
      }[what];
      lines = lines.toSpliced(index, 1, ...(made ?? []));
    }
    return lines.join("\n");
  });
