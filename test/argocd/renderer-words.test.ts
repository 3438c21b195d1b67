import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { generate } from "../../src/argocd/generate.ts";
import { kustomize4, kustomize5, onEach } from "../hosts/host.ts";
import { CONFIG_MAP, SECRET, SECRET_VALUE } from "./manifests.ts";
import { helm, repository, withHelm } from "./plugin.ts";

/** What a call says, in this process. */
async function said(files: Readonly<Record<string, string>>, env: Record<string, string>): Promise<string> {
  const folder = repository(files);
  const ran = await generate(join(folder, "app"), { PATH: process.env["PATH"], ...env });
  expect(ran.failed).toBe(true);
  return ran.lines.join("\n");
}

const secret = `{p: ${SECRET_VALUE}}`;
const words = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: words}\ndata: {a: b}\n";
const other = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n";
const hidden = "kustomize failed, and what it says is not shown, since it may quote a Secret";

/** What kustomize says of kustomizations that do not build, and what is shown of it. */
const failures: Record<string, [text: string, a: string, shown: string | RegExp]> = {
  "the same resource twice": [
    "resources: [a.yaml, b.yaml]",
    words,
    "b.yaml: may not add resource with an already registered id: ConfigMap/words",
  ],
  "broken YAML": ["resources: [a.yaml]", `${SECRET}x: [\n`, /a\.yaml: yaml: line \d+: did not find expected/],
  "a Secret without a name": [
    "resources: [a.yaml]",
    `apiVersion: v1\nkind: Secret\nmetadata: {labels: ${secret}}\nstringData: ${secret}\n`,
    "a.yaml: missing metadata.name",
  ],
  "a resource without a kind": [
    "resources: [a.yaml]",
    `apiVersion: v1\nmetadata: {name: b}\nstringData: ${secret}\n`,
    "a.yaml: missing kind",
  ],
  "no resource at all": ["resources: [a.yaml]", `${SECRET_VALUE}\n`, "a.yaml: missing Resource metadata"],
  "a patch of nothing": ["resources: [b.yaml]\npatches: [{path: a.yaml}]", other, "no matches for Id Deployment/web"],
  "a patch that is none": [
    `resources: [b.yaml]\npatches: [{patch: ${SECRET_VALUE}}]`,
    words,
    "unable to parse SM or JSON patch",
  ],
  "a patch of two kinds": [
    `resources: [b.yaml]\npatches: [{path: a.yaml, patch: ${SECRET_VALUE}}]`,
    words,
    "patch and path can't be set at the same time",
  ],
  "an inline patch of a Secret without a name": [
    `resources: [b.yaml]\npatchesStrategicMerge:\n- |\n  kind: Secret\n  stringData: ${secret}\n`,
    words,
    hidden,
  ],
  "an operation that finds nothing": [
    `resources: [b.yaml]\npatches: [{target: {kind: ConfigMap}, patch: '[{"op": "replace", "path": "/spec/x", "value": "${SECRET_VALUE}"}]'}]`,
    words,
    "operation does not apply: doc is missing path: /spec/x",
  ],
  "a literal without =": [`secretGenerator: [{name: s, literals: [${SECRET_VALUE}]}]`, words, "invalid literal source"],
  "a literal that stands twice": [
    `secretGenerator: [{name: s, literals: ['${SECRET_VALUE}=1', '${SECRET_VALUE}=2']}]`,
    words,
    "illegally repeats the key",
  ],
  "a generator without a name": [
    `secretGenerator: [{literals: ['a=${SECRET_VALUE}']}]`,
    words,
    "a configmap must have a name",
  ],
  "a merge with nothing": [
    `secretGenerator: [{name: s, behavior: merge, literals: ['a=${SECRET_VALUE}']}]`,
    words,
    "does not exist; cannot merge or replace",
  ],
  "a key that a Secret has twice": [
    "resources: [a.yaml]",
    `${SECRET}  password: ${SECRET_VALUE}\n`,
    /mapping key|yaml: |already/,
  ],
  "a replacement without a source": [
    "resources: [b.yaml]\nreplacements: [{source: {kind: Nope, name: web}, targets: [{select: {kind: ConfigMap}, fieldPaths: [a.b]}]}]",
    words,
    "nothing selected by Nope/web",
  ],
  "a replacement that lacks its field": [
    "resources: [b.yaml]\nreplacements: [{source: {kind: ConfigMap, name: words, fieldPath: data.zz}, targets: [{select: {kind: ConfigMap}, fieldPaths: [a.b]}]}]",
    words,
    "fieldPath `data.zz` is missing for replacement source ConfigMap/words",
  ],
  "names that meet in one namespace": [
    "namespace: x\nresources: [a.yaml, b.yaml]",
    words.replace("words}", "words, namespace: y}"),
    "namespace transformation produces ID conflict",
  ],
  "a base that is above": ["resources: [../app]", words, "cycle detected"],
  "a generator among transformers": [
    "resources: [b.yaml]\ntransformers: [a.yaml]",
    "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: t}\nname: x\n",
    "not a transformer",
  ],
};

onEach([kustomize4, kustomize5], (host) => {
  describe("what is shown of kustomize's words", () => {
    test.for(Object.entries(failures))("%s", async ([, [text, a, shown]]) => {
      const files = { "app/kustomization.yaml": `${text}\n`, "app/a.yaml": a, "app/b.yaml": words };
      const line = await said(files, { INTERCEPT_BACKENDS_KUSTOMIZE: host.file });
      if (typeof shown === "string") expect(line).toContain(shown);
      else expect(line).toMatch(shown);
      expect(line).toMatch(/^source: kustomize failed/);
      expect(line).not.toContain(SECRET_VALUE);
      expect(line).not.toContain("deprecated");
    });
  });
});

withHelm("what is shown of helm's words", () => {
  const values = `port: 5432\ndatabase: {password: '${SECRET_VALUE}"\n'}\n`;
  const cases: Record<string, [template: string, shown: string]> = {
    "its own words": ['{{ fail "a port is needed" }}', "templates/x.yaml:1: a port is needed"],
    "its own words about values": [
      '{{ fail (printf "no host in %v, only %q" .Values.port (.Values | toJson)) }}',
      "templates/x.yaml:1: no host in …, only …",
    ],
    "nothing of values alone": ["{{ fail (.Values.database | toJson) }}", "helm failed: templates/x.yaml:1;"],
    "nothing of values, quoted": [
      "\n{{ fail (.Values.database.password | quote) }}",
      "helm failed: templates/x.yaml:2;",
    ],
    "what is required": ['{{ required "set host" .Values.host }}', "templates/x.yaml:1: set host"],
    "a value that is not there": [
      "a: {{ .Values.host.name }}",
      "templates/x.yaml:1: nil pointer evaluating interface {}.name",
    ],
    "a function that does not exist": ["a: {{ nope }}", 'templates/x.yaml:1: function "nope" not defined'],
    "YAML that is none": ["a: {{ .Values.database.password | toJson }}\n b: [\n", "templates/x.yaml: yaml: line"],
    "short words": ['{{ fail "true" }}', "templates/x.yaml:1: true"],
  };

  test.for(Object.entries(cases))("%s", async ([, [template, shown]]) => {
    const files = {
      "app/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
      "app/values.yaml": `${values}tls: {password: "true"}\n`,
      "app/templates/x.yaml": template,
      "app/s.yaml": SECRET,
    };
    const line = await said(files, { INTERCEPT_BACKENDS_HELM: helm ?? "" });
    expect(line).toContain(shown);
    expect(line).not.toContain(SECRET_VALUE);
  });

  test("a schema names the places of values, never the values", async () => {
    const schema = {
      type: "object",
      properties: { port: { type: "string" }, database: { properties: { password: { pattern: "^x" } } } },
    };
    const files = {
      "app/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
      "app/values.yaml": values,
      "app/values.schema.json": JSON.stringify(schema),
      "app/templates/x.yaml": CONFIG_MAP,
    };
    const line = await said(files, { INTERCEPT_BACKENDS_HELM: helm ?? "" });
    expect(line).toMatch(/values\.schema\.json asks for, at .*\/port/);
    expect(line).toContain("/database/password");
    expect(line).not.toContain(SECRET_VALUE);
  });

  test("dependencies that were not vendored", async () => {
    const files = {
      "app/Chart.yaml":
        "apiVersion: v2\nname: c\nversion: 0.1.0\ndependencies: [{name: d, version: 1.0.0, repository: 'https://user:token@charts.invalid'}]\n",
      "app/templates/x.yaml": CONFIG_MAP,
    };
    const line = await said(files, { INTERCEPT_BACKENDS_HELM: helm ?? "" });
    expect(line).toContain("vendor it with helm dependency build");
    expect(line).not.toContain("token");
  });
});
