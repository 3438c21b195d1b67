import { describe, expect, it, test } from "vitest";
import { configMap, exporting, fromSecret, runAgent, secret, type AgentParts, type Ran } from "./agent.ts";

const config = exporting('{"otlp": {"endpoint": "mesh.b:4317"}}');
const other = exporting('{"otlp": {"endpoint": "mesh.b:4444"}}');

function mounted(mountPath: string, subPath?: string): object {
  return { name: "conf", mountPath, ...(subPath !== undefined && { subPath }) };
}

const WHOLE = { name: "conf", configMap: { name: "agent-config" } };

/** The ways in which a container names a file of the ConfigMap, whose one key is `relay`. */
const NAMED: readonly (readonly [what: string, parts: AgentParts])[] = [
  ["an item of the volume", { config }],
  ["a flag in two words", { config, container: { args: ["--config", "/conf/relay.yaml"] } }],
  ["the scheme file", { config, container: { args: ["--config=file:/conf/relay.yaml"] } }],
  ["the command", { config, container: { command: ["/otelcol", "--config=/conf/relay.yaml"], args: [] } }],
  [
    "a variable of the container",
    { config, container: { args: ["--config=$(DIR)/relay.yaml"], env: [{ name: "DIR", value: "/conf" }] } },
  ],
  ["a folder", { config, container: { args: ["--config=/conf/relay"] }, volumes: [WHOLE] }],
  [
    "a folder with a slash at its end",
    { config, container: { args: ["--config=/conf//relay"], volumeMounts: [mounted("/conf/")] }, volumes: [WHOLE] },
  ],
  [
    "a subPath",
    {
      config,
      container: { args: ["--config=/etc/otel.yaml"], volumeMounts: [mounted("/etc/otel.yaml", "relay")] },
      volumes: [WHOLE],
    },
  ],
  [
    "a subPath that is a folder",
    {
      config,
      container: { args: ["--config=/etc/otel/relay.yaml"], volumeMounts: [mounted("/etc/otel", "sub")] },
      volumes: [
        { name: "conf", configMap: { name: "agent-config", items: [{ key: "relay", path: "sub/relay.yaml" }] } },
      ],
    },
  ],
  [
    "a projected volume",
    {
      config,
      volumes: [
        {
          name: "conf",
          projected: {
            sources: [
              { secret: { name: "x" } },
              { configMap: { name: "agent-config", items: [{ key: "relay", path: "relay.yaml" }] } },
            ],
          },
        },
      ],
    },
  ],
  [
    "the default path of an image, without a flag",
    { config, container: { args: [], volumeMounts: [mounted("/etc/otelcol/config.yaml", "relay")] }, volumes: [WHOLE] },
  ],
  [
    "a Secret",
    {
      others: [secret("s", { relay: config })],
      volumes: [{ name: "conf", secret: { secretName: "s", items: [{ key: "relay", path: "relay.yaml" }] } }],
    },
  ],
  [
    "the name before kustomize's",
    {
      others: [
        configMap(
          "prod-agent-config-5gf8c9m2kt",
          { relay: config },
          { annotations: { "internal.config.kubernetes.io/previousNames": "agent-config" } },
        ),
      ],
    },
  ],
  ["the name without kustomize's hash", { others: [configMap("agent-config-5gf8c9m2kt", { relay: config })] }],
  ["no namespace", { others: [configMap("agent-config", { relay: config }, { namespace: undefined })] }],
  ["the variable env:", { container: { args: ["--config=env:OTEL"], env: [{ name: "OTEL", value: config }] } }],
  ["the text yaml:", { container: { args: [`--config=yaml:${config}`] } }],
];

test.each(NAMED)("a configuration is found by %s", (_, parts) => {
  expect(runAgent(parts)).toMatchObject({ errors: [], ports: "4317" });
});

/** What keeps a configuration from being found, and what the error says. */
const LOST: readonly (readonly [what: string, parts: AgentParts, says: RegExp])[] = [
  ["ConfigMap", {}, /cannot be read: .*ConfigMap agent-config.* is not in the stream/],
  [
    "key",
    { others: [configMap("agent-config", { other: config })] },
    /ConfigMap agent-config has no key relay; it has other/,
  ],
  [
    "mount",
    { config, container: { args: ["--config=/elsewhere/relay.yaml"] } },
    /no volume of the container brings \/elsewhere/,
  ],
  [
    "file of a folder",
    { config, volumes: [{ name: "conf", emptyDir: {} }] },
    /does not bring it from a ConfigMap or Secret/,
  ],
  [
    "remote",
    { config, container: { args: ["--config=https://x/y"] } },
    /the provider https of --config is asked when the agent starts/,
  ],
  ["YAML", { config: "a: [" }, /the agent's configuration is not YAML/],
  ["map", { config: "- a" }, /the agent's configuration is not a map/],
];

describe.each(LOST)("without its %s", (_, parts, says) => {
  it("is an error", () => {
    const { errors, ports } = runAgent(parts);
    expect(errors).toEqual([expect.stringMatching(says)]);
    expect(ports).toBeUndefined();
  });

  it("is no error where the ports are listed, and an explicit AgentConfig is always one", () => {
    const spec = { ports: { additional: [4317] } };
    const { errors, warnings, ports } = runAgent({ ...parts, spec });
    expect({ errors, ports }).toEqual({ errors: [], ports: "4317" });
    expect(warnings).toContainEqual(expect.stringMatching(says));
    expect(runAgent({ ...parts, spec: { ...spec, backends: { source: "AgentConfig" } } }).errors).toHaveLength(1);
  });
});

test("two files without a flag are ambiguous, and no file is no configuration", () => {
  const two = { config, container: { args: [] }, volumes: [WHOLE], others: [configMap("second", { b: other })] };
  const more = [WHOLE, { name: "more", configMap: { name: "second" } }];
  const volumeMounts = [mounted("/conf"), { name: "more", mountPath: "/more" }];
  const { errors } = runAgent({ ...two, container: { args: [], volumeMounts }, volumes: more });
  expect(errors).toEqual([
    expect.stringMatching(/several files could be it: ConfigMap agent-config, ConfigMap second/),
  ]);
  const none = runAgent({ container: { args: [] }, volumes: [] });
  expect(none).toMatchObject({ errors: [], warnings: [expect.stringMatching(/no MetricPipeline reaches the agent/)] });
  const asked = runAgent({ container: { args: [] }, volumes: [], spec: { backends: { source: "AgentConfig" } } });
  expect(asked.errors).toEqual([expect.stringMatching(/names no configuration of a collector/)]);
});

function merge(files: Readonly<Record<string, string>>, args: readonly string[]): Ran {
  return runAgent({ others: [configMap("agent-config", files)], volumes: [WHOLE], container: { args } });
}

describe("several files", () => {
  const base = exporting('{"otlp": {"endpoint": "mesh.b:4317"}, "otlphttp": {"endpoint": "http://mesh.b:4318"}}');

  it("join maps, and the last one wins", () => {
    const files = { a: base, b: "exporters: {otlp: {endpoint: 'mesh.b:5317'}}" };
    expect(merge(files, ["--config=/conf/a", "--config=/conf/b"]).ports).toBe("4318,5317");
    expect(merge(files, ["--config=/conf/b", "--config=/conf/a"]).ports).toBe("4317,4318");
  });

  it("replace lists", () => {
    const files = {
      a: base,
      b: "service: {pipelines: {metrics: {exporters: [otlp]}, traces: {exporters: [otlp]}, logs: {exporters: [otlp]}}}",
    };
    expect(merge(files, ["--config=/conf/a", "--config=/conf/b"]).ports).toBe("4317");
  });

  it("take --set last, and steps in keys", () => {
    const args = [
      "--set=exporters.otlp.endpoint=mesh.b:6317",
      "--config=/conf/a",
      "--config=yaml:exporters::otlphttp::endpoint: http://mesh.b:6318",
    ];
    expect(merge({ a: base }, args).ports).toBe("6317,6318");
  });
});

/** A text of the configuration with its placeholders, the container's variables, and the ports. */
const FILLED: readonly (readonly [endpoint: string, container: object, ports: string])[] = [
  ["${env:A}", { env: [{ name: "A", value: "http://m.b:4318" }] }, "4318"],
  ["${A}", { env: [{ name: "A", value: "http://m.b:4318" }] }, "4318"],
  ["http://m.b:${env:PORT:-4318}", {}, "4318"],
  ["http://m.b:${env:PORT:-4318}", { env: [{ name: "PORT", value: "4319" }] }, "4319"],
  [
    "${env:A}",
    {
      env: [
        { name: "B", value: "m.b" },
        { name: "A", value: "http://$(B):4318" },
      ],
    },
    "4318",
  ],
  [
    "${env:A}",
    {
      env: [
        { name: "A", value: "http://m.b:1" },
        { name: "A", value: "http://m.b:2" },
      ],
    },
    "2",
  ],
  ["${env:A}", { env: [fromSecret("A", "url")] }, "4320"],
  ["${env:url}", { envFrom: [{ secretRef: { name: "s" } }] }, "4320"],
  ["${env:P_url}", { envFrom: [{ prefix: "P_", configMapRef: { name: "c" } }] }, "4321"],
  ["${env:url}", { env: [{ name: "url", value: "http://m.b:1" }], envFrom: [{ configMapRef: { name: "c" } }] }, "1"],
  ["${env:url}", { envFrom: [{ configMapRef: { name: "c" } }, { secretRef: { name: "s" } }] }, "4320"],
  ["${env:A}", { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "c", key: "url" } } }] }, "4321"],
  ["http://${env:IP}:4318", { env: [{ name: "IP", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } }] }, "4318"],
  ["http://${env:NOWHERE}:4318", {}, "4318"],
  [
    "http://m.${env:NS}:4318",
    { env: [{ name: "NS", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } }] },
    "4318",
  ],
  [
    "${env:${env:WHICH}}",
    {
      env: [
        { name: "WHICH", value: "A" },
        { name: "A", value: "http://m.b:4318" },
      ],
    },
    "4318",
  ],
  ["http://m.b:4318/$$x", {}, "4318"],
  ["http://m.b:4318/$${env:A}", {}, "4318"],
  ["${yaml:http://m.b:4318}", {}, "4318"],
  ["${file:/conf/url}", {}, "4322"],
];

test.each(FILLED)("%s with %j is %s", (endpoint, container, ports) => {
  const files = { relay: exporting(JSON.stringify({ otlphttp: { endpoint } })), url: "http://m.b:4322" };
  const others = [
    configMap("agent-config", files),
    secret("s", { url: "http://m.b:4320" }),
    configMap("c", { url: "http://m.b:4321" }),
  ];
  const parts = { others, volumes: [WHOLE], container: { args: ["--config=/conf/relay"], ...container } };
  expect(runAgent(parts)).toMatchObject({ errors: [], ports });
});

/** What stays unknown, and why. */
const UNKNOWN: readonly (readonly [endpoint: string, container: object, says: RegExp])[] = [
  ["${env:A}", {}, /the container does not set the variable A/],
  ["http://m.b:${env:PORT}", {}, /the container does not set the variable PORT/],
  ["${env:A}", { env: [fromSecret("A", "url")] }, /key url of Secret s is not in the stream/],
  ["${env:A}", { envFrom: [{ secretRef: { name: "s" } }] }, /may come from envFrom, and Secret s is not in the stream/],
  [
    "${env:A}",
    { env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } }] },
    /takes its value from status\.hostIP when the pod starts/,
  ],
  ["${vault:x}", {}, /the provider vault is asked when the agent starts/],
  ["$A", {}, /takes its port from a placeholder/],
  ["{{ .Values.endpoint }}", {}, /takes its port from a placeholder/],
];

test.each(UNKNOWN)("%s with %j is unknown", (endpoint, container, says) => {
  const parts = {
    config: exporting(JSON.stringify({ otlphttp: { endpoint } })),
    container: { args: ["--config=/conf/relay.yaml"], ...container },
  };
  expect(runAgent(parts).errors).toEqual([expect.stringMatching(says)]);
  expect(runAgent({ ...parts, spec: { endpoints: { unresolved: "Warn" } } })).toMatchObject({ errors: [], ports: "" });
});

test("a placeholder may be a list or a map", () => {
  const env = [
    { name: "BROKERS", value: "[a.b:9093, a.b:9094]" },
    { name: "OTLP", value: "{endpoint: 'mesh.b:4317'}" },
  ];
  const text = exporting('{"kafka": {"brokers": "${env:BROKERS}"}, "otlp": "${env:OTLP}"}');
  const container = { args: ["--config=/conf/relay.yaml"], env };
  expect(runAgent({ config: text, container })).toMatchObject({ errors: [], ports: "4317,9093,9094" });
});

test("of a configuration in a Secret nothing is shown", () => {
  const others = [
    secret("s", { relay: exporting('{"otlp": {"endpoint": "hush.b:4317"}, "otlphttp": {"endpoint": "hush:4318"}}') }),
  ];
  const volumes = [{ name: "conf", secret: { secretName: "s", items: [{ key: "relay", path: "relay.yaml" }] } }];
  const { findings, errors } = runAgent({ others, volumes });
  expect(errors).toEqual([expect.stringMatching(/exporter otlphttp: the endpoint's scheme is missing/)]);
  expect(JSON.stringify(findings)).not.toContain("hush");
});
