import { describe, expect, test } from "vitest";
import type { Manifest } from "../../src/base/manifest.ts";
import { indexSecrets, lookUpSecret } from "../../src/telemetry/secrets.ts";
import { manifest, secretWith } from "./manifests.ts";
import { containing, matching } from "./matchers.ts";

const REF = { name: "backend", namespace: "kyma-system", key: "url" };
const lookUp = (ref: typeof REF, secrets: Manifest[]) => lookUpSecret(ref, indexSecrets(secrets));
const base64 = (text: string) => Buffer.from(text).toString("base64");
const external = (parts: Parameters<typeof manifest>[0]) =>
  manifest({ apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", namespace: "kyma-system", ...parts });
const sealed = (parts: Parameters<typeof manifest>[0]) =>
  manifest({ apiVersion: "bitnami.com/v1alpha1", kind: "SealedSecret", namespace: "kyma-system", ...parts });

describe("which Secret is meant", () => {
  test.each<[why: string, secrets: Manifest[], value: string]>([
    ["the present name", [secretWith({ url: "a" })], "a"],
    [
      "a name before kustomize renamed it",
      [secretWith({ url: "a" }, { name: "prod-backend", previousNames: ["backend"] })],
      "a",
    ],
    ["the name and kustomize's hash", [secretWith({ url: "a" }, { name: "backend-6t7m5f2bkh" })], "a"],
    ["no namespace in the stream", [secretWith({ url: "a" }, { namespace: "" })], "a"],
    [
      "the present name before an earlier one",
      [secretWith({ url: "b" }, { name: "x", previousNames: ["backend"] }), secretWith({ url: "a" })],
      "a",
    ],
    [
      "an earlier name before the hash",
      [
        secretWith({ url: "b" }, { name: "backend-2222222222" }),
        secretWith({ url: "a" }, { name: "x", previousNames: ["backend"] }),
      ],
      "a",
    ],
    [
      "its namespace before none",
      [secretWith({ url: "b" }, { namespace: "" }), secretWith({ url: "a" }, { name: "backend-2222222222" })],
      "a",
    ],
    ["two that agree", [secretWith({ url: "a" }), secretWith({ url: "a" })], "a"],
    ["the Secret before an ExternalSecret", [external({ name: "backend" }), secretWith({ url: "a" })], "a"],
  ])("%s", (_why, secrets, value) => {
    expect(lookUp(REF, secrets)).toEqual({ kind: "value", value });
  });

  test.each([
    ["a hash of other letters", secretWith({ url: "a" }, { name: "backend-aaaaaaaaaa" })],
    ["a hash that is too short", secretWith({ url: "a" }, { name: "backend-222222222" })],
    ["another name", secretWith({ url: "a" }, { name: "backend2" })],
    ["a ConfigMap", secretWith({ url: "a" }, { kind: "ConfigMap" })],
  ])("not %s", (_why, secret) => {
    expect(lookUp(REF, [secret])).toMatchObject({
      kind: "unresolved",
      fault: { cause: containing("which is not in the stream,") },
    });
  });

  test("a Secret of another namespace is not taken, but named", () => {
    const reading = lookUp(REF, [secretWith({ url: "a" }, { namespace: "default" })]);
    expect(reading).toMatchObject({
      kind: "unresolved",
      fault: { cause: containing("though Secret default/backend is") },
    });
  });

  test("several with different values are an error that lists them", () => {
    const reading = lookUp(REF, [
      secretWith({ url: "secret-a" }, { name: "backend-2222222222" }),
      secretWith({ url: "secret-b" }, { name: "backend-4444444444" }),
    ]);
    expect(reading).toMatchObject({
      kind: "wrong",
      fault: {
        cause: matching(/2 Secrets .*kyma-system\/backend-2222222222, kyma-system\/backend-4444444444/),
      },
    });
    expect(JSON.stringify(reading)).not.toMatch(/secret-[ab]/);
  });
});

describe("a Secret that comes only later", () => {
  test.each<[string, Manifest, string]>([
    ["an ExternalSecret by its name", external({ name: "backend" }), "ExternalSecret kyma-system/backend"],
    [
      "an ExternalSecret by its target",
      external({ name: "es", object: { spec: { target: { name: "backend" } } } }),
      "ExternalSecret kyma-system/es",
    ],
    [
      "a renamed ExternalSecret",
      external({ name: "prod-backend", previousNames: ["backend"] }),
      "ExternalSecret kyma-system/prod-backend",
    ],
    ["a SealedSecret by its name", sealed({ name: "backend" }), "SealedSecret kyma-system/backend"],
    [
      "a SealedSecret by its template",
      sealed({ name: "ss", object: { spec: { template: { metadata: { name: "backend" } } } } }),
      "SealedSecret kyma-system/ss",
    ],
  ])("%s", (_why, secret, named) => {
    const reading = lookUp(REF, [secret]);
    expect(reading).toMatchObject({
      kind: "unresolved",
      fault: {
        cause: containing(`which the stream holds only as ${named}`),
        remedy: containing('intercept-backends.dev/backend-ports: "4317"'),
      },
    });
  });

  test("an ExternalSecret with another target is not meant", () => {
    const reading = lookUp(REF, [external({ name: "backend", object: { spec: { target: { name: "other" } } } })]);
    expect(reading).toMatchObject({ fault: { cause: containing("which is not in the stream,") } });
  });

  test("a value that SOPS encrypted", () => {
    const object = { data: { url: "ENC[AES256_GCM,data:abc=,type:str]" } };
    expect(lookUp(REF, [secretWith({}, { object })])).toMatchObject({
      kind: "unresolved",
      fault: { cause: containing("SOPS") },
    });
  });
});

describe("a value that a later tool fills in", () => {
  test.each([
    "<path:kv/data/reef#url | base64encode>",
    "<url>",
    "ref+vault://reef#/url",
    "aHR0<rest>",
    "{{ .Values.url | b64enc }}",
  ])("%s in data is not known at build time", (url) => {
    const reading = lookUp(REF, [secretWith({}, { object: { data: { url } } })]);
    expect(reading).toMatchObject({ kind: "unresolved", fault: { cause: containing("is a placeholder") } });
    expect(JSON.stringify(reading)).not.toContain(url);
  });

  test("beside what is no base64 stays an error", () => {
    const object = { data: { url: "http://<host>:4317" } };
    expect(lookUp(REF, [secretWith({}, { object })])).toMatchObject({ kind: "wrong" });
  });
});

describe("the value", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["from data", { data: { url: base64("https://höst:4317") } }, "https://höst:4317"],
    ["from data with line breaks", { data: { url: "aHR0cDov\nL2hvc3Q6\r\nNDMxNw==\n" } }, "http://host:4317"],
    ["from stringData", { stringData: { url: "host:4317" } }, "host:4317"],
    ["from stringData before data", { data: { url: base64("a:1") }, stringData: { url: "b:2" } }, "b:2"],
    [
      "from data beside another key of stringData",
      { data: { url: base64("a:1") }, stringData: { other: "b:2" } },
      "a:1",
    ],
    ["empty where it is null", { data: { url: null } }, ""],
  ])("%s", (_why, object, value) => {
    expect(lookUp(REF, [secretWith({}, { object })])).toEqual({ kind: "value", value });
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ["no base64", { data: { url: "host:4317" } }, /key url in data of Secret kyma-system\/backend is not valid base64/],
    ["base64 without padding", { data: { url: "aHR0cDovL2hvc3Q6NDMxNw" } }, /not valid base64/],
    ["base64 for URLs", { data: { url: "-_-_" } }, /not valid base64/],
    ["base64 with spaces", { data: { url: "aHR0 cDov" } }, /not valid base64/],
    ["bytes that are no text", { data: { url: "/////w==" } }, /not UTF-8 text/],
    ["a number", { stringData: { url: 4317 } }, /must be text and is a number/],
    ["a map in data", { data: { url: {} } }, /must be text and is a map/],
    ["another key", { data: { b: "eA==" }, stringData: { a: "secret" } }, /has no key url; it has the keys a, b$/],
    ["nothing", {}, /has no key url; it has no keys/],
  ])("%s is an error", (_why, object, cause) => {
    expect(lookUp(REF, [secretWith({}, { object })])).toMatchObject({
      kind: "wrong",
      fault: { cause: matching(cause) },
    });
  });
});
