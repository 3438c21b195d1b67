import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CONFIG_MAP, SECRET } from "./manifests.ts";
import { kustomize4, kustomize5, onEach, type Host } from "../hosts/host.ts";
import { helmFor, plugin, repository } from "./plugin.ts";

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web # a comment
spec:
  replicas: 1
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: nginx:1.25
        env:
        - {name: HOST, value: $(HOST)}
`;
const service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n";
const base = "resources: [deployment.yaml]\n";
const patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {paused: true}\n";
const target = "target: {group: apps, version: v1, kind: Deployment, name: web}";
const operations = "- op: replace\n  path: /spec/replicas\n  value: 3\n";
const files = {
  "base/kustomization.yaml": base,
  "base/deployment.yaml": deployment,
  "app/deployment.yaml": deployment,
  "app/service.yaml": service,
  "app/patch.yaml": patch,
  "app/operations.yaml": operations,
  "app/words.txt": "one\ntwo=2\n",
  "app/words.env": "ONE=1\n# two\nTWO=a=b\n",
};

/** What kustomizations in public repositories hold, and some that is rarer; each builds with both versions. */
const kustomizations: Record<string, string> = {
  "plain resources": base,
  "nulls, and empty lists and maps": `${base}namespace:\npatches:\nimages: []\ncommonLabels: {}\ngenerators: ~\nconfigMapGenerator: null\n`,
  "separators around it": `---\n# first\n${base}---\n# nothing follows\n\n`,
  "a byte-order mark and carriage returns": `\ufeff${base.replaceAll("\n", "\r\n")}`,
  "anchors and aliases": `commonAnnotations: &all {a: "1"}\ngeneratorOptions: {annotations: *all}\n${base}`,
  "text of every kind": `${base}commonAnnotations:\n  really: "yes"\n  a: "1"\n  b: "\\u0085\\u2028 é 𝄞 \\t\\u0007"\n  c: |\n    two\n    lines\n  "d: {": "- #"\n`,
  "names and labels": `${base}namePrefix: a-\nnameSuffix: -z\nnamespace: ns\ncommonLabels: {l: m}\nlabels:\n- pairs: {nn: o}\n  includeSelectors: false\n`,
  "a version and kind": `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: all}\n${base}`,
  bases: "bases:\n- ../base\n",
  "a base, written in several ways": "resources: [../base/, ./service.yaml]\n",
  "a link to a file and a base": "resources: [linked, service-link.yaml]\n",
  "images and replicas": `${base}images: [{name: nginx, newName: example/nginx, newTag: "2"}]\nreplicas: [{name: web, count: 4}]\n`,
  "patches of all kinds": `${base}patches:\n- path: patch.yaml\n- ${target}\n  path: operations.yaml\n- patch: |-\n    ${patch.trim().replaceAll("\n", "\n    ")}\n- target: {labelSelector: none}\n  patch: "- {op: add, path: /metadata/labels, value: {a: b}}"\n`,
  "patches as before": `${base}patchesStrategicMerge:\n- patch.yaml\n- |-\n  ${patch.trim().replaceAll("\n", "\n  ")}\npatchesJson6902:\n- ${target}\n  path: operations.yaml\n`,
  "generators of ConfigMaps and Secrets": `${base}generatorOptions: {labels: {a: b}}\nconfigMapGenerator:\n- name: all\n  files: [words.txt, two=words.txt, a:b.txt]\n  literals: [a=b, "c='d'"]\n  envs: [words.env]\n- name: env\n  env: words.env\nsecretGenerator:\n- name: s\n  type: Opaque\n  literals: [p=hunter2]\n  options: {disableNameSuffixHash: true}\n`,
  "files with colons and blanks in their names": "resources: ['a:b.yaml', 'with blank.yaml']\n",
  "a component": `${base}components: [../component]\n`,
  replacements: `${base}replacements:\n- path: replacement.yaml\n- source: {kind: Deployment, name: web, fieldPath: metadata.name}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths: [metadata.annotations.web]\n    options: {create: true}\n`,
  variables: `resources: [deployment.yaml, service.yaml]\nvars:\n- name: HOST\n  objref: {apiVersion: v1, kind: Service, name: web}\n  fieldref: {fieldpath: metadata.name}\n`,
  configurations: `resources: [deployment.yaml]\nnamePrefix: a-\nconfigurations: [configuration.yaml]\n`,
  transformers: `${base}transformers:\n- labels.yaml\n- |\n  apiVersion: builtin\n  kind: PrefixSuffixTransformer\n  metadata: {name: p}\n  prefix: x-\n  fieldSpecs: [{path: metadata/name}]\n- "{apiVersion: builtin, kind: PatchTransformer, metadata: {name: q}, path: patch.yaml}"\n`,
  "transformers in a folder": `${base}transformers: [plugins]\n`,
  "generators and validators": `${base}generators: [generator.yaml]\n`,
  "a schema and definitions": `${base}openapi: {path: schema.json}\ncrds: [crds.json]\n`,
  "the order of what is printed": `resources: [service.yaml, deployment.yaml]\n`,
  "a resource that is a Kustomization of Flux": "resources: [flux.yaml]\n",
};

const more = {
  "app/a:b.txt": "colon\n",
  "app/a:b.yaml": CONFIG_MAP,
  "app/with blank.yaml": SECRET,
  "component/kustomization.yaml":
    "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c-\nconfigMapGenerator: [{name: c, literals: [a=b]}]\n",
  "app/replacement.yaml":
    "source: {kind: Deployment, name: web, fieldPath: metadata.name}\ntargets:\n- select: {kind: Deployment}\n  fieldPaths: [spec.template.spec.containers.0.name]\n",
  "app/configuration.yaml":
    "nameReference:\n- kind: Deployment\n  fieldSpecs: [{kind: Deployment, path: spec/template/metadata/labels/app}]\nvarReference: [{path: spec/x, kind: Z}]\nimages: [{path: spec/image}]\n",
  "app/labels.yaml":
    "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\nlabels: {l: m}\nfieldSpecs: [{path: metadata/labels, create: true}]\n---\napiVersion: builtin\nkind: AnnotationsTransformer\nmetadata: {name: a}\nannotations: {x: 'y'}\nfieldSpecs: [{path: metadata/annotations, create: true}]\n",
  "app/plugins/kustomization.yaml": "resources: [a.yaml]\n",
  "app/plugins/a.yaml":
    "apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: n, namespace: on}\nfieldSpecs: [{path: metadata/namespace, create: true}]\n",
  "app/generator.yaml":
    "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: g}\nname: g\nfiles: [words.txt]\nliterals: [a=b]\n",
  "app/schema.json": '{"definitions": {}}\n',
  "app/crds.json": "{}\n",
  "app/flux.yaml":
    "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\nspec: {path: ./apps}\n",
};

/** What kustomize prints for a folder, and what we print for it. */
function both(host: Host, folder: string, helmFlags: readonly string[] = [], env = {}): [string, string] {
  const args = ["build", "--load-restrictor=LoadRestrictionsRootOnly", ...helmFlags, "."];
  const own = spawnSync(host.file, args, { cwd: folder, encoding: "utf8" });
  expect(own.status, own.stderr).toBe(0);
  const ran = plugin(folder, {
    env: { INTERCEPT_BACKENDS_KUSTOMIZE: host.file, ...env },
    parameters: [{ name: "missing.agent", string: "Allow" }],
  });
  expect(ran.status, ran.said.join("\n")).toBe(0);
  return [own.stdout, ran.stdout];
}

onEach([kustomize4, kustomize5], (host) => {
  describe("comes out as kustomize renders it by itself", () => {
    test.for(Object.entries(kustomizations))("%s", ([, text]) => {
      const folder = repository({ ...files, ...more, "app/kustomization.yaml": text });
      symlinkSync("../base", join(folder, "app/linked"));
      symlinkSync("service.yaml", join(folder, "app/service-link.yaml"));
      const [own, ours] = both(host, join(folder, "app"));
      expect(ours).toBe(own);
      expect(own).toContain("kind:");
    });

    const helmOfHost = helmFor(host);
    test.skipIf(helmOfHost === undefined)("charts, with values of all kinds", () => {
      const folder = repository({
        ...files,
        "app/charts/c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
        "app/charts/c/values.yaml": "a: 1\nb: {c: d}\nf: 1.5\n",
        "app/charts/c/.helmignore": "*.bak\n",
        "app/charts/c/templates/x.yaml":
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {{ .Values | toJson | quote | list | toJson | dict "v" | toJson }}\n',
        "app/values.yaml": "a: 2\n",
        "app/kustomization.yaml":
          "namespace: ns\nhelmCharts:\n- name: c\n  releaseName: r\n  includeCRDs: true\n  valuesInline: {a: 1e3, b: {c: 'yes'}, g: [1, null, true, 0x10], h: 12345678901234567890, i: 0.1}\n  valuesMerge: merge\n- name: c\n  releaseName: r2\n  valuesFile: values.yaml\n",
      });
      symlinkSync("/etc/passwd", join(folder, "app/charts/c/left-out.bak"));
      const flags = ["--enable-helm", `--helm-command=${helmOfHost}`];
      const env = {
        INTERCEPT_BACKENDS_HELM: helmOfHost ?? "",
        INTERCEPT_BACKENDS_ALLOW_KUSTOMIZE_HELM: "true",
      };
      const [own, ours] = both(host, join(folder, "app"), flags, env);
      expect(ours).toBe(own);
    });
  });
});
