import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Manifest } from "../../src/base/manifest.ts";
import { type BackendQuery, referencedSecrets, resolveBackends } from "../../src/telemetry/backends.ts";
import { indexSecrets } from "../../src/telemetry/secrets.ts";
import { manifest, pipelineFromSecret, pipelineTo, pipelineWith, secretWith } from "./manifests.ts";
import { matching, objectWith } from "./matchers.ts";

const resolve = (pipelines: Manifest[], secrets: Manifest[] = [], query: Partial<BackendQuery> = {}) =>
  resolveBackends({ pipelines, secrets: indexSecrets(secrets), include: "AgentInputs", unresolved: "Error", ...query });
const brief = (findings: readonly { severity: string; field?: { path: string }; cause: string }[]) =>
  findings.map(({ severity, field, cause }) => `${severity} ${field?.path}: ${cause}`);
const annotated = (ports: string) => ({ annotations: { "intercept-backends.dev/backend-ports": ports } });
const to = (value: string, parts = {}) => pipelineTo({ endpoint: { value } }, parts);
const ENDPOINT = "spec.output.otlp.endpoint";
const SECRET_REF = `${ENDPOINT}.valueFrom.secretKeyRef`;

describe("backends", () => {
  test("come from the endpoints, in the order of the pipelines", () => {
    const pipelines = [
      to("https://one.example.com:9090", { name: "one" }),
      pipelineTo({ endpoint: { value: "http://two.example.com/api" }, protocol: "http", path: "/v1" }, { name: "two" }),
      pipelineFromSecret({}, { name: "three", apiVersion: "telemetry.kyma-project.io/v1alpha1" }),
      to("${HOST}:4317", { name: "four" }),
    ];
    const { backends, findings, selected } = resolve(pipelines, [secretWith({ url: "http://hidden:4318" })]);
    expect(backends.map(({ about, port, host, shown }) => ({ name: about.ref.name, port, host, shown }))).toEqual([
      { name: "one", port: 9090, host: "one.example.com", shown: "https://one.example.com:9090" },
      { name: "two", port: 80, host: "two.example.com", shown: "http://two.example.com/api" },
      { name: "three", port: 4318, shown: "<from Secret kyma-system/backend url>:4318" },
      { name: "four", port: 4317, shown: "${HOST}:4317" },
    ]);
    expect(findings).toEqual([]);
    expect(selected).toBe(4);
  });

  test("of pipelines that are not selected are not looked at", () => {
    const pipelines = [
      pipelineWith({ input: { otlp: {} }, output: "nonsense" }),
      pipelineWith("nonsense", { labels: { team: "b" }, apiVersion: "telemetry.kyma-project.io/v9" }),
    ];
    const query = { matchLabels: { team: "a" } };
    expect(resolve(pipelines, [], query)).toEqual({ backends: [], prometheusInput: false, selected: 0, findings: [] });
  });

  test.each([
    [{ prometheus: { enabled: true } }, true],
    [{ runtime: { enabled: true } }, false],
    [undefined, false],
  ])("input %j: prometheusInput is %s", (input, expected) => {
    const output = { otlp: { endpoint: { value: "host:4317" } } };
    expect(resolve([pipelineWith({ input, output })]).prometheusInput).toBe(expected);
  });
});

describe("a wrong field is an error that names it", () => {
  const output = { otlp: { endpoint: { value: "host:4317" } } };
  const value = "host:4317";
  const ref = { name: "backend", namespace: "kyma-system", key: "url" };
  test.each<[spec: unknown, errors: [path: string, cause: string][]]>([
    [undefined, [[ENDPOINT, "the endpoint is missing"]]],
    ["text", [["spec", "spec must be a map and is text"]]],
    [{ output: [] }, [["spec.output", "must be a map and is a list"]]],
    [{ output: { otlp: {} } }, [[ENDPOINT, "is missing"]]],
    [{ output: { otlp: { endpoint: "host:4317" } } }, [[ENDPOINT, "must be a map and is text"]]],
    [{ output: { otlp: { endpoint: {} } } }, [[ENDPOINT, "is missing"]]],
    [{ output: { otlp: { endpoint: { value: 4317 } } } }, [[`${ENDPOINT}.value`, "must be text and is a number"]]],
    [{ output: { otlp: { endpoint: { value: "" } } } }, [[`${ENDPOINT}.value`, "is empty"]]],
    [
      { output: { otlp: { endpoint: { value, valueFrom: { secretKeyRef: ref } } } } },
      [[ENDPOINT, "both value and valueFrom"]],
    ],
    [
      { output: { otlp: { endpoint: { value: "", valueFrom: { secretKeyRef: ref } } } } },
      [[ENDPOINT, "both value and valueFrom"]],
    ],
    [{ output: { otlp: { endpoint: { valueFrom: {} } } } }, [[SECRET_REF, "is missing"]]],
    [
      { output: { otlp: { endpoint: { valueFrom: { secretKeyRef: { namespace: "", key: 1 } } } } } },
      [
        [`${SECRET_REF}.name`, "the name of the endpoint's Secret is missing"],
        [`${SECRET_REF}.namespace`, "the namespace of the endpoint's Secret is missing"],
        [`${SECRET_REF}.key`, "must be text and is a number"],
      ],
    ],
    [
      { output: { otlp: { endpoint: { value }, protocol: "GRPC" } } },
      [["spec.output.otlp.protocol", "neither grpc nor http"]],
    ],
    [
      { output: { otlp: { protocol: "tcp" } } },
      [
        ["spec.output.otlp.protocol", "neither"],
        [ENDPOINT, "is missing"],
      ],
    ],
    [
      { output: { otlp: { endpoint: { value }, path: "/v1" } } },
      [["spec.output.otlp.path", "only possible with the protocol http"]],
    ],
    [
      { output: { otlp: { endpoint: { value }, tls: { insecure: "true" } } } },
      [["spec.output.otlp.tls.insecure", "must be true or false and is text"]],
    ],
    [
      { input: { runtime: { enabled: "true" }, prometheus: { enabled: 1 }, istio: [] }, output },
      [
        ["spec.input.runtime.enabled", "must be true or false and is text"],
        ["spec.input.prometheus.enabled", "must be true or false and is a number"],
        ["spec.input.istio", "must be a map and is a list"],
      ],
    ],
    [
      { output: { otlp: { endpoint: { value: "http://host/v1" }, authentication: { oauth2: {} } } } },
      [
        [`${ENDPOINT}.value`, "has no port"],
        [`${ENDPOINT}.value`, "has a path"],
        [`${ENDPOINT}.value`, "OAuth2 over gRPC needs TLS"],
      ],
    ],
    [
      {
        output: {
          otlp: {
            endpoint: { value: "http://host" },
            protocol: "http",
            tls: { ca: {} },
            authentication: { oauth2: {} },
          },
        },
      },
      [[`${ENDPOINT}.value`, "is plaintext, while OAuth2 comes with TLS certificates"]],
    ],
  ])("%j", (spec, errors) => {
    const { findings } = resolve([pipelineWith(spec)]);
    expect(brief(findings)).toEqual(errors.map(([path, cause]) => matching(`^error ${path}: .*${cause}`)));
    expect(findings.every(({ remedy, resource }) => remedy && resource?.name === "one")).toBe(true);
  });

  test.each(["", null, "grpc"])("protocol %j is grpc", (protocol) => {
    const { backends, findings } = resolve([pipelineTo({ endpoint: { value }, protocol })]);
    expect([backends.map(({ port }) => port), findings]).toEqual([[4317], []]);
  });

  test.each(["", undefined])("v1alpha1 lets value %j stand beside valueFrom", (empty) => {
    const endpoint = { value: empty, valueFrom: { secretKeyRef: ref } };
    const pipeline = pipelineTo({ endpoint }, { apiVersion: "telemetry.kyma-project.io/v1alpha1" });
    expect(resolve([pipeline], [secretWith({ url: value })]).backends).toHaveLength(1);
  });

  test.each(["v1", "v1alpha2", "v1beta1/x"])("an unknown version %s", (version) => {
    const apiVersion = `telemetry.kyma-project.io/${version}`;
    const { findings, backends, selected } = resolve([to(value, { apiVersion })]);
    expect(findings).toEqual([
      objectWith({ severity: "error", field: { path: "apiVersion", currentValue: apiVersion } }),
    ]);
    expect({ backends, selected }).toEqual({ backends: [], selected: 1 });
  });

  test("the problems of all pipelines are told, with the file of each", () => {
    const file = { path: "pipelines.yaml", index: 2 };
    const { findings, backends } = resolve([to("host", { file }), to("host:4317/"), to("host:4317")]);
    expect(brief(findings)).toHaveLength(2);
    expect(findings[0]?.file).toEqual(file);
    expect(backends).toHaveLength(1);
  });

  test("the current value is shown, but no credentials", () => {
    const { findings } = resolve([
      pipelineTo({ endpoint: { value: "https://user:pass@host:x" }, protocol: "http" }),
      pipelineTo({ endpoint: "https://user:pass@host:4317", tls: { key: "PEM pass" }, authentication: "Bearer pass" }),
    ]);
    expect(findings.map(({ field }) => field)).toEqual([
      { path: `${ENDPOINT}.value`, currentValue: "https://host:x" },
      { path: ENDPOINT, currentValue: "https://host:4317" },
      { path: "spec.output.otlp.tls.key" },
      { path: "spec.output.otlp.authentication" },
    ]);
  });
});

describe("an endpoint that cannot be read at build time", () => {
  const cases: [string, Manifest, Manifest[]][] = [
    ["a placeholder", to("https://host:${PORT}"), []],
    ["no Secret", pipelineFromSecret(), []],
    [
      "an ExternalSecret",
      pipelineFromSecret(),
      [
        manifest({
          apiVersion: "external-secrets.io/v1beta1",
          kind: "ExternalSecret",
          name: "backend",
          namespace: "kyma-system",
        }),
      ],
    ],
  ];
  test.each(cases)("%s is an error that names the annotation", (_why, pipeline, secrets) => {
    const { findings, backends } = resolve([pipeline], secrets);
    expect(findings).toEqual([objectWith({ severity: "error" })]);
    expect(findings[0]?.remedy).toContain('intercept-backends.dev/backend-ports: "4317"');
    expect(backends).toEqual([]);
  });

  test.each(cases)("%s with Warn is a warning that says what is missing", (_why, pipeline, secrets) => {
    const { findings, backends } = resolve([pipeline], secrets, { unresolved: "Warn" });
    expect(findings).toEqual([objectWith({ severity: "warning" })]);
    expect(findings[0]?.cause).toMatch(/and is missing from the intercepted ports$/);
    expect(backends).toEqual([]);
  });

  test.each(cases)("%s is silent where the annotation tells the ports", (_why, pipeline, secrets) => {
    const { findings, backends } = resolve([{ ...pipeline, ...annotated("9411, 4317,4317") }], secrets);
    expect(findings).toEqual([]);
    expect(backends.map(({ port, host }) => [port, host])).toEqual([
      [4317, undefined],
      [9411, undefined],
    ]);
  });

  test.each<[string, Manifest[]]>([
    ["wrong text", [secretWith({ url: "host" })]],
    ["a missing key", [secretWith({ uri: "host:4317" })]],
    ["bad base64", [secretWith({}, { object: { data: { url: "host:4317" } } })]],
  ])("a Secret with %s stays an error with Warn", (_why, secrets) => {
    const { findings } = resolve([pipelineFromSecret()], secrets, { unresolved: "Warn" });
    expect(findings).toEqual([objectWith({ severity: "error" })]);
    expect(findings[0]?.field).toEqual({
      path: SECRET_REF,
      currentValue: { name: "backend", namespace: "kyma-system", key: "url" },
    });
  });
});

describe("the annotation", () => {
  const path = 'metadata.annotations\\["intercept-backends.dev/backend-ports"\\]';

  test("wins over an endpoint that says another port, with a warning that names both", () => {
    const { backends, findings } = resolve([to("https://host:4318", annotated("4317"))]);
    expect(backends).toEqual([objectWith({ port: 4317, host: "host", shown: "https://host:4318" })]);
    expect(brief(findings)).toEqual([
      matching(`^warning ${path}: .*says 4317 and wins over the endpoint, which says 4318`),
    ]);
  });

  test("that says what the endpoint says is silent", () => {
    expect(resolve([to("https://host:4317", annotated("4317"))]).findings).toEqual([]);
  });

  test("turns the faults of an endpoint into warnings", () => {
    const { backends, findings } = resolve([to("10.0.0.1:4317", annotated("4317"))]);
    expect(backends).toEqual([objectWith({ port: 4317 })]);
    expect(brief(findings)).toEqual([matching(/^warning .*no scheme/)]);
  });

  test("shows the port of the annotation for a Secret", () => {
    const { backends } = resolve([pipelineFromSecret({}, annotated("9411"))]);
    expect(backends.map(({ shown }) => shown)).toEqual(["<from Secret kyma-system/backend url>:9411"]);
  });

  test.each(["", " ", "0", "65536", "04317", "4317;9411", "4317,", "http", "4317.0", "+4317", "1-2", "99999999999"])(
    "%j is an error",
    (ports) => {
      const { backends, findings } = resolve([
        to("https://host:${PORT}", annotated(ports)),
        to("host", annotated(ports)),
      ]);
      expect(backends).toEqual([]);
      expect(brief(findings)).toEqual([
        matching(`^error ${path}: .*not a comma-separated list of ports`),
        matching(`^error ${path}: .*not a comma-separated list of ports`),
        matching(/^error .*no port/),
      ]);
    },
  );
});

describe("referencedSecrets", () => {
  test("lists each key of the selected pipelines once", () => {
    const other = { name: "other", namespace: "default", key: "url" };
    const pipelines = [
      pipelineFromSecret({}, { name: "a" }),
      pipelineFromSecret({}, { name: "b" }),
      to("host:4317"),
      pipelineTo({ endpoint: { valueFrom: { secretKeyRef: other } } }, { labels: { team: "a" } }),
      pipelineWith({
        input: {},
        output: { otlp: { endpoint: { valueFrom: { secretKeyRef: { ...other, key: "left-out" } } } } },
      }),
    ];
    const backend = { name: "backend", namespace: "kyma-system", key: "url" };
    expect(referencedSecrets(pipelines, { include: "AgentInputs" })).toEqual([backend, other]);
    expect(referencedSecrets(pipelines, { include: "AgentInputs", matchLabels: { team: "a" } })).toEqual([other]);
    expect(referencedSecrets(pipelines, { include: "All" })).toHaveLength(3);
  });
});

describe("any value of a Secret", () => {
  const host = fc.stringMatching(/^[qxz]{12}$/);
  const shape = fc.constantFrom(
    "https://H:4317",
    "H",
    "https://user:H@host:4317/v1",
    "http://H:0",
    "H:4317\n",
    " H:99999",
    "'H:4317'",
    "https://H/v1",
    "https://[H]:1",
    "${H}:${H}",
    "https://host:H",
    "https://host/%H",
    "10.H:4317",
  );

  test("stays out of findings and of what is shown", () => {
    fc.assert(
      fc.property(
        host,
        shape,
        fc.boolean(),
        fc.constantFrom("grpc", "http"),
        fc.option(fc.constantFrom("4317", "x")),
        (secret, text, isEncoded, protocol, ports) => {
          const value = text.replaceAll("H", secret);
          const object = isEncoded
            ? { data: { url: Buffer.from(value).toString("base64") } }
            : { stringData: { url: value } };
          const pipeline = pipelineFromSecret(
            { protocol, authentication: { oauth2: {} } },
            ports === null ? {} : annotated(ports),
          );
          const secrets = [
            secretWith({}, { object }),
            secretWith({ url: `${value}.` }, { name: "backend-2222222222" }),
          ];
          for (const stream of [secrets.slice(0, 1), secrets, [...secrets, secretWith({ url: `${secret}:1` })]]) {
            const { backends, findings } = resolve([pipeline], stream);
            expect(backends.length + findings.length).toBeGreaterThan(0);
            expect(JSON.stringify([findings, backends.map(({ shown, host: name }) => [shown, name])])).not.toContain(
              secret,
            );
          }
        },
      ),
    );
  });

  test("and any pipeline at all is read without a throw", () => {
    const spec = fc.oneof(
      fc.anything(),
      fc.record({
        input: fc.anything(),
        output: fc.record({
          otlp: fc.record({ endpoint: fc.anything(), protocol: fc.anything(), tls: fc.anything() }),
        }),
      }),
    );
    fc.assert(
      fc.property(spec, fc.anything(), (anything, data) => {
        const secret = secretWith({}, { object: { data, stringData: data } });
        const { backends, findings } = resolve([pipelineWith(anything), pipelineFromSecret()], [secret]);
        expect(backends.length + findings.length).toBeGreaterThan(0);
      }),
    );
  });
});
