import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { refusedFields } from "../../src/telemetry/refused-fields.ts";
import { pipelineWith } from "./manifests.ts";

const OTLP = "spec.output.otlp";
const value = { value: "x" };
const valueFrom = { secretKeyRef: { name: "a", namespace: "b", key: "c" } };
const url = { value: "https://login.example.com/token" };
const oauth2 = { tokenURL: url, clientID: value, clientSecret: value };

type Fault = [path: string, cause: string];

function faultsOf(spec: object, version: string): Fault[] {
  const pipeline = pipelineWith(spec, { apiVersion: `telemetry.kyma-project.io/${version}` });
  return refusedFields(pipeline).map(({ path, cause }) => [path, cause]);
}

const BOTH = "has both value and valueFrom";
const NEITHER = "has neither value nor valueFrom";

/** Faults in v1beta1, and in v1alpha1 where they differ. */
describe("in spec.output.otlp", () => {
  test.each<[otlp: object, beta: Fault[], alpha?: Fault[]]>([
    [{}, []],
    [{ authentication: { basic: { user: value, password: value } } }, []],
    [{ authentication: { oauth2 } }, []],
    [
      { authentication: { basic: { user: value, password: value }, oauth2 } },
      [[`${OTLP}.authentication`, "has both basic and oauth2"]],
    ],
    [{ authentication: { basic: null, oauth2 } }, []],
    [
      { authentication: { basic: { user: {} } } },
      [
        [`${OTLP}.authentication.basic.password`, "is missing"],
        [`${OTLP}.authentication.basic.user`, NEITHER],
      ],
      [[`${OTLP}.authentication.basic.password`, "is missing"]],
    ],
    [
      { authentication: { oauth2: { tokenURL: {}, clientID: { ...value, valueFrom } } } },
      [
        [`${OTLP}.authentication.oauth2.clientSecret`, "is missing"],
        [`${OTLP}.authentication.oauth2.tokenURL`, NEITHER],
        [`${OTLP}.authentication.oauth2.clientID`, BOTH],
      ],
    ],
    [
      { authentication: { oauth2: { ...oauth2, tokenURL: { value: "login.example.com/token" } } } },
      [[`${OTLP}.authentication.oauth2.tokenURL.value`, "is not a URL"]],
    ],
    [{ authentication: { oauth2: { ...oauth2, tokenURL: { value: "<path:kv#url>" } } } }, []],
    [{ tls: { cert: value, key: value, ca: { valueFrom } } }, []],
    [{ tls: { cert: value } }, [[`${OTLP}.tls`, "has one of cert and key without the other"]]],
    [{ tls: { key: value, cert: null } }, [[`${OTLP}.tls`, "has one of cert and key without the other"]]],
    [{ tls: { ca: { ...value, valueFrom } } }, [[`${OTLP}.tls.ca`, BOTH]]],
    [{ tls: { ca: { value: "", valueFrom } } }, [[`${OTLP}.tls.ca`, BOTH]], []],
    [
      { tls: { insecureSkipVerify: "true" } },
      [[`${OTLP}.tls.insecureSkipVerify`, "must be true or false and is text"]],
    ],
    [{ tls: { insecureSkipVerify: "${SKIP}" } }, []],
    [
      { headers: [{ name: "a", ...value, prefix: "Bearer" }, { name: "" }, value] },
      [
        [`${OTLP}.headers[1].name`, "is empty"],
        [`${OTLP}.headers[1]`, NEITHER],
        [`${OTLP}.headers[2].name`, "is missing"],
      ],
      [
        [`${OTLP}.headers[1].name`, "is empty"],
        [`${OTLP}.headers[2].name`, "is missing"],
      ],
    ],
    [{ headers: { a: "b" } }, [[`${OTLP}.headers`, "must be a list and is a map"]]],
    [
      { headers: [{ name: "a", valueFrom: { secretKeyRef: { name: "", key: 1 } } }] },
      [
        [`${OTLP}.headers[0].valueFrom.secretKeyRef.namespace`, "is missing"],
        [`${OTLP}.headers[0].valueFrom.secretKeyRef.name`, "is empty"],
        [`${OTLP}.headers[0].valueFrom.secretKeyRef.key`, "must be text and is a number"],
      ],
    ],
    [{ headers: [{ name: "a", valueFrom: {} }] }, [[`${OTLP}.headers[0].valueFrom.secretKeyRef`, "is missing"]]],
    [{ compression: "br" }, [[`${OTLP}.compression`, "is none of none, gzip, snappy, zstd"]], []],
    [{ compression: "{{ .Values.compression }}", temporality: "delta" }, []],
    [{ temporality: "cumulative" }, [[`${OTLP}.temporality`, "is none of preserve, delta"]]],
  ])("%j", (otlp, beta, alpha = beta) => {
    expect(faultsOf({ output: { otlp } }, "v1beta1")).toEqual(beta);
    expect(faultsOf({ output: { otlp } }, "v1alpha1")).toEqual(alpha);
  });
});

describe("elsewhere", () => {
  test.each<[spec: object, beta: Fault[], alpha?: Fault[]]>([
    [
      { input: { runtime: { enabled: true, namespaces: { include: ["a"], exclude: ["b"] } } } },
      [["spec.input.runtime.namespaces", "has both include and exclude"]],
    ],
    [
      { input: { istio: { namespaces: { exclude: ["kyma-system", "Prod"] } } } },
      [["spec.input.istio.namespaces.exclude[1]", "is no name of a namespace"]],
    ],
    [{ input: { otlp: { enabled: "no" } } }, [["spec.input.otlp.enabled", "must be true or false and is text"]], []],
    [
      { input: { runtime: { resources: { pod: { enabled: 1 } }, additionalMetrics: [1] } } },
      [
        ["spec.input.runtime.resources.pod.enabled", "must be true or false and is a number"],
        ["spec.input.runtime.additionalMetrics[0]", "must be text and is a number"],
      ],
    ],
    [{ transform: [{ statements: "set()" }] }, [["spec.transform[0].statements", "must be a list and is text"]]],
    [{ filter: [{ conditions: ["a"] }, 1] }, [["spec.filter[1]", "must be a map and is a number"]]],
  ])("%j", (spec, beta, alpha = beta) => {
    expect(faultsOf(spec, "v1beta1")).toEqual(beta);
    expect(faultsOf(spec, "v1alpha1")).toEqual(alpha);
  });
});

test("no value is shown, whatever the spec is", () => {
  const secret = fc.constantFrom("qxzqxz", "qxz-qxz");
  const anything = fc.anything({ values: [secret], withBigInt: false });
  const otlp = fc.record({
    headers: anything,
    tls: anything,
    authentication: fc.record({ oauth2: anything, basic: anything }),
  });
  fc.assert(
    fc.property(
      fc.oneof(
        anything,
        otlp.map((given) => ({ output: { otlp: given } })),
      ),
      (spec) => {
        const told = refusedFields(pipelineWith(spec));
        expect(told.map(({ cause, remedy }) => `${cause}; ${remedy}`).join()).not.toMatch(/qxz/);
      },
    ),
  );
});
