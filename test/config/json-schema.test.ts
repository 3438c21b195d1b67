import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawnSync } from "node:child_process";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { fieldsOf } from "../../src/config/fields.ts";
import { functionConfigJsonSchema } from "../../src/config/json-schema.ts";
import { readSettings } from "../../src/config/read-settings.ts";
import { spec as specSchema } from "../../src/config/schema.ts";
import { accepts, type JsonSchema } from "./accepts.ts";
import { designExample, interceptBackends, manifest } from "./manifests.ts";

const schema = functionConfigJsonSchema() as JsonSchema;

describe("the JSON Schema", () => {
  it("names itself", () => {
    expect(schema).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "https://intercept-backends.dev/schema/v1alpha1.json",
      title: "InterceptBackends",
      required: ["apiVersion", "kind"],
    });
  });

  it("accepts the design's example, and an object without spec", () => {
    expect(accepts(schema, designExample)).toBe(true);
    expect(accepts(schema, interceptBackends())).toBe(true);
  });

  it.each([
    [{}],
    [{ agent: { name: "x", selector: { matchLabels: { a: "b" } } } }],
    [{ agent: { selector: { matchLabels: { "app.kubernetes.io/name": "b" } } } }],
    [{ agent: { selector: { matchLabels: {} } } }],
    [{ agent: { selector: {} } }],
    [{ agent: { nmae: "x" } }],
    [{ agent: { name: "Upper" } }],
    [{ agent: { name: "a".repeat(254) } }],
    [{ pipelines: { selector: { matchLabels: { "a b": "c" } } } }],
    [{ ports: { additional: [0] } }],
    [{ ports: { additional: [65535, 1] } }],
    [{ ports: { additional: [65536] } }],
    [{ ports: { additional: ["4317"] } }],
    [{ ports: { additional: [1.5] } }],
    [{ ports: { additional: 4317 } }],
    [{ bypass: { ipRanges: ["10.0.0.1"] } }],
    [{ bypass: { ipRanges: ["::/0", "10.0.0.0/8"] } }],
    [{ bypass: { ipRanges: ["*"] } }],
    [{ certificates: { mountPath: "/a/../b" } }],
    [{ certificates: { mountPath: "/" } }],
    [{ certificates: { mountPath: "/a:b" } }],
    [{ certificates: { medium: "" } }],
    [{ certificates: { medium: "Disk" } }],
    [{ trafficInterception: "Off" }],
    [{ trafficInterception: "off" }],
    [{ ports: { socketLoadBalancer: "true" } }],
    [[]],
  ])("says the same as a run of %j", (spec) => {
    const object = interceptBackends(spec);
    expect(accepts(schema, object)).toBe(readSettings(manifest(object)).findings.length === 0);
  });

  it.each(fieldsOf(specSchema).map((field) => ({ name: field.path.join("."), field })))(
    "describes $name, with its default",
    ({ field }) => {
      const spec = schema.properties?.["spec"] ?? {};
      const node = field.path.reduce<JsonSchema>((here, key) => here.properties?.[key] ?? {}, spec);
      expect(node["description"]).toContain(field.description);
      expect(node["default"]).toEqual(field.isGroup ? node["default"] : field.defaultValue);
    },
  );

  it("says what holds when a field is absent, and carries nothing that is no JSON Schema", () => {
    expect(JSON.stringify(schema)).toContain("When absent: any namespace.");
    expect(JSON.stringify(schema)).not.toMatch(/"whenAbsent|"insteadOf|~standard/);
  });

  it("has patterns that a validator in Unicode mode can compile", () => {
    const patterns = [...JSON.stringify(schema).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map(
      ([, text]) => JSON.parse(text ?? "") as string,
    );
    expect(patterns.length).toBeGreaterThan(5);
    for (const pattern of patterns) expect(() => new RegExp(pattern, "u")).not.toThrow();
  });
});

describe("the examples", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const files = readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".yaml"))
    .map((path): [string, string] => [path, readFileSync(join(root, "examples", path), "utf8")])
    .filter(([, text]) => /^kind: InterceptBackends$/m.test(text));

  it("are there", () => expect(files.length).toBeGreaterThan(2));

  it.each(files)("%s names the schema in its first line, and fits it", (path, text) => {
    const named = /^# yaml-language-server: \$schema=(.*)\n/.exec(text)?.[1] ?? "";
    const file = join(root, "examples", dirname(path), named);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(schema);
    expect(accepts(schema, parse(text))).toBe(true);
  });
});

const page = () => readFileSync("docs/function-config.md", "utf8");

describe("docs/function-config.md", () => {
  it("is what the schema says", () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/docs.mjs", "--check"], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("has examples of both forms that give the same settings", () => {
    const examples = [...page().matchAll(/```yaml\n([\s\S]*?)```/g)].map(
      ([, text]) => parse(text ?? "") as Parameters<typeof manifest>[0],
    );
    const [plain, dotted] = examples.map((example) => readSettings(manifest(example)));
    expect(examples).toHaveLength(2);
    expect(plain?.findings).toEqual([]);
    expect(dotted).toEqual(plain);
    expect(accepts(schema, examples[0])).toBe(true);
  });

  it("keeps On and Off from YAML 1.1 readers", () => {
    for (const [, text] of page().matchAll(/```yaml\n([\s\S]*?)```/g)) {
      expect(parse(text ?? "", { version: "1.1" })).toEqual(parse(text ?? ""));
    }
  });
});
