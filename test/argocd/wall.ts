import { gzipSync } from "node:zlib";
import type { Files } from "../folders.ts";
import { leaves } from "./fields.ts";
import { CONFIG_MAP } from "./manifests.ts";

/** A repository that means harm. */
export interface Hostile {
  title: string;
  /** The row of the table in docs/argocd.md that it counts in. */
  group: string;
  files: Files;
  /** Symbolic links by their paths. */
  links?: Readonly<Record<string, string>>;
  /** What the refusal says; absent where the source may also be rendered without harm. */
  refusal?: RegExp;
}

/** What the entries are about. */
export interface Outside {
  /** A file outside of the repository, from `/` on, and from the folder of the application. */
  absolute: string;
  relative: string;
  /** An address on loopback that somebody listens at. */
  url: string;
  /** What must not be printed, besides what is in the file outside. */
  token: string;
}

const deployment =
  "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: c, image: i}]}}}\n";

/** An archive of 200 MB when it is unpacked. */
const LARGE = gzipSync(Buffer.alloc(200_000_000), { level: 1 });

/** The files that stand beside each kustomization. */
const beside: Files = { "app/deployment.yaml": deployment, "app/words.yaml": CONFIG_MAP };

const base = "resources: [deployment.yaml]\n";

const chart: Files = {
  "app/charts/c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
  "app/charts/c/values.yaml": "a: 1\n",
  "app/charts/c/templates/x.yaml": CONFIG_MAP,
};

/** All repositories: the fields by their definitions, everything else by hand. */
export function hostileRepositories(outside: Outside): Hostile[] {
  return [...byField(outside), ...spellings(outside), ...contents(outside), ...options(outside), ...charts(outside)];
}

/** Every field that names something, with what lies outside, written in each way. */
function byField({ absolute, relative, url, token }: Outside): Hostile[] {
  const named = Object.entries(leaves).flatMap(([type, fields]) =>
    fields.filter(({ role }) => role !== undefined).map((field) => ({ type, ...field })),
  );
  return named.flatMap(({ type, path, role }): Hostile[] => {
    const isRemote = role === "remote";
    const address = url.replace("//", `//user:${token}@`);
    const values: Record<string, string> = {
      "a path out of the repository": relative,
      "a path from the root": absolute,
      "an address": `${address}/x.yaml?token=${token}`,
      "an address in capitals": `${address.toUpperCase().replace(token.toUpperCase(), token)}/x.yaml`,
      "a link out of the repository": "link.yaml",
    };
    return Object.entries(values)
      .filter(([kind]) => !isRemote || kind.startsWith("an address"))
      .map(([kind, value]) => {
        const written = JSON.stringify(nested(path.split("."), role === "keyed file" ? `key=${value}` : value));
        const isPlugin = type !== "Kustomization";
        const isGenerator = type.endsWith("Generator");
        const plugin = written.replace("{", `{"apiVersion": "builtin", "kind": "${type}", "metadata": {"name": "p"}, `);
        const listing = isGenerator ? "generators" : "transformers";
        return {
          title: `${type} ${path}: ${kind}`,
          group: "a field that names a file, folder or address",
          files: {
            ...beside,
            ...chart,
            "app/kustomization.yaml": isPlugin ? `${listing}: [p.yaml]\n` : written,
            ...(isPlugin ? { "app/p.yaml": plugin } : {}),
          },
          links: { "app/link.yaml": absolute },
          // A chart that is there is not fetched.
          ...(isRemote ? {} : { refusal: /^(?:kustomization|p|link)\.yaml: /m }),
        };
      });
  });
}

/** `a[].b` with a value as plain data, with a name where a list of maps is. */
function nested([key = "", ...rest]: readonly string[], value: string): unknown {
  const isList = key.endsWith("[]");
  const inner = rest.length === 0 ? value : nested(rest, value);
  const names = /^(?:helmCharts|helmChartInflationGenerator)\[\]$/.test(key) ? { name: "c", chartName: "c" } : {};
  const own = key.startsWith("helmCharts")
    ? { name: names.name }
    : key.startsWith("helmChartI")
      ? { chartName: "c" }
      : {};
  const filled = typeof inner === "object" && isList ? { ...own, ...inner } : inner;
  if (key === "helmGlobals") return { helmGlobals: inner, helmCharts: [{ name: "c" }] };
  return { [isList ? key.slice(0, -2) : key]: isList ? [filled] : filled };
}

/** A kustomization, and what its refusal says. */
function list(text: string, refusal?: RegExp): [string, RegExp | undefined] {
  return [text, refusal];
}

/** The configuration of a built-in plugin. */
function builtin(kind: string, rest: string): string {
  return `apiVersion: builtin\nkind: ${kind}\nmetadata: {name: p}\n${rest}\n`;
}

/** Kustomizations that Go reads in another way than they look. */
function spellings({ relative, url }: Outside): Hostile[] {
  const texts: Record<string, [string, RegExp | undefined]> = {
    "a key in another case": list(`Bases: [../../outside]\n`, /Bases is no field that is known here/),
    "a key all in capitals": list(`RESOURCES: [../../outside]\n`, /RESOURCES is no field/),
    "a key with a long s": list(`ba\u017fes: [../../outside]\n`, /is no field/),
    "a key with a Kelvin sign": list(`\u212austomize: 1\n${base}`, /is no field/),
    "a key in another case beside the right one": list(`${base}Resources: [../../outside]\n`, /Resources is no field/),
    "an inner key in another case": list(
      `${base}configMapGenerator: [{name: a, Files: [${url}]}]\n`,
      /Files is no field/,
    ),
    "an inner key in capitals": list(`${base}secretGenerator: [{name: a, ENVS: [${url}]}]\n`, /ENVS is no field/),
    "a patch's path in another case": list(`${base}patches: [{Path: ${relative}}]\n`, /Path is no field/),
    "a replacement's path in another case": list(`${base}replacements: [{PATH: ${relative}}]\n`, /PATH is no field/),
    "an unknown key": list(`${base}bogus: 1\n`, /bogus is no field/),
    "an entry as bytes": list(`resources: [!!binary Li4vLi4vb3V0c2lkZQ==]\n`, /tag/),
    "a key as bytes": list(`!!binary YmFzZXM=: [../../outside]\n`, /key|tag/),
    "a tag of another kind": list(`resources: [!foo ../../outside]\n`),
    "a tag that is text": list(`resources: [!!str ../../outside]\n`, /lies outside/),
    "a key after NEL": list(`namePrefix: a-\u0085bases: [../../outside]\n${base}`, /U\+0085/),
    "a key after LS": list(`namePrefix: a-\u2028bases: [../../outside]\n${base}`, /U\+2028/),
    "a key after PS": list(`# a\u2029bases: [../../outside]\n${base}`, /U\+2029/),
    "a key after a lone CR": list(`# a\rbases: [../../outside]\n${base}`, /U\+000D/),
    "a byte-order mark within": list(`${base}\ufeffbases: [../../outside]\n`, /byte-order mark|no field/),
    "a key that stands twice": list(`resources: [deployment.yaml]\nresources: [../../outside]\n`, /twice/),
    "a merge key": list(`x: &x {bases: [../../outside]}\n<<: *x\n`, /no field|lies outside/),
    "a merge key over a field": list(`resources: [deployment.yaml]\n<<: {resources: [../../outside]}\n`),
    "an alias to an address": list(`commonAnnotations: {a: &a "${url}"}\nresources: [*a]\n`, /remote ones/),
    "a second document": list(`${base}---\nbases: [../../outside]\n`, /several YAML documents|there are several/),
    "a second document after a comment": list(`${base}--- # more\nbases: [../../outside]\n`),
    "a second document after the end of the first": list(`${base}...\nbases: [../../outside]\n`),
    "a directive": list(`%YAML 1.1\n---\nbases: [../../outside]\n`),
    "UTF-16": list(`\ufffe${base}`),
    "a text in place of a list": list(`resources: ../../outside\n`, /is text where kustomize takes a list/),
    "a number in place of text": list(`${base}namePrefix: 1\n`, /is a number where kustomize takes text/),
    "truth in place of text": list(`${base}namespace: y\n`, /is true or false where kustomize takes text/),
    "a map in place of text": list(`resources: [{a: ../../outside}]\n`, /is a map where kustomize takes text/),
    "a list in a list": list(`resources: [[../../outside]]\n`, /is a list where kustomize takes text/),
    "patches as texts": list(`${base}patches: [${relative}]\n`, /is text where kustomize takes a map/),
    "an empty path": list(`resources: [""]\n`, /is a folder|cycle|no such/),
    "a path of blanks": list(`resources: [" "]\n`, /no such/),
    "a path with a line break": list(`resources: ["a\\nb"]\n`, /no such/),
    "a path that leaves and comes back": list(
      `resources: [../../../../../../../../../../etc/passwd]\n`,
      /lies outside/,
    ),
    "a path with a backslash": list(`resources: ['..\\..\\outside']\n`, /no such/),
    "a path that is percent-encoded": list(`resources: ['%2e%2e/%2e%2e/outside']\n`, /no such/),
    "a file of the process": list(`resources: [/proc/self/environ]\n`, /lies outside/),
    "another kind": list(`kind: Evil\n${base}`, /kind is neither/),
    "another version": list(`apiVersion: v1\nkind: Kustomization\n${base}`, /apiVersion is not/),
  };
  const addresses = [
    "git::https://user:TOKEN@example.invalid/x//y?ref=v1",
    "git@example.invalid:o/r.git",
    "user:TOKEN@example.invalid:o/r",
    "ssh://git@example.invalid/o/r",
    "github.com/o/r//base?ref=v1",
    "GitHub.com/o/r",
    "gh:o/r",
    "file:///etc",
    "FILE:///etc",
    "https://example.invalid/o/r?sshkey=TOKEN",
    "HTTPS://example.invalid/r.git",
    "http:\\\\example.invalid",
    "oci://example.invalid/r",
    "s3::https://example.invalid/b",
    "example.invalid/org/_git/repo",
  ];
  return [
    ...Object.entries(texts).map(([title, [text, refusal]]) =>
      one("a spelling that readers differ on", title, text, refusal),
    ),
    ...["resources", "bases", "components"].flatMap((field) =>
      addresses.map((address) =>
        one(
          "an address of a base",
          `${field}: ${address}`,
          `${field}: [${JSON.stringify(address)}]\n`,
          /^kustomization\.yaml: /,
        ),
      ),
    ),
  ];
}

function one(group: string, title: string, text: string, refusal?: RegExp, files: Files = {}): Hostile {
  return {
    title,
    group,
    files: { ...beside, "app/kustomization.yaml": text, ...files },
    ...(refusal && { refusal }),
  };
}

/** Plugins, and files that are reached in more than one way. */
function contents({ relative, url }: Outside): Hostile[] {
  const exec =
    "apiVersion: example.com/v1\nkind: Pwn\nmetadata: {name: p, annotations: {config.kubernetes.io/function: 'exec: {path: ./pwn.sh}'}}\n";
  const group = "a plugin, or a file that is reached in two ways";
  const plugins: Record<string, [kustomization: string, files: Files, refusal: RegExp]> = {
    "a function that is a program": ["transformers: [p.yaml]", { "app/p.yaml": exec }, /not built in/],
    "a function that is a container": [
      "generators: [p.yaml]",
      { "app/p.yaml": exec.replace("exec: {path: ./pwn.sh}", "container: {image: x}") },
      /not built in/,
    ],
    "a function with the kind of a built-in plugin": [
      "transformers: [p.yaml]",
      { "app/p.yaml": exec.replace("kind: Pwn", "kind: PatchTransformer") },
      /not built in/,
    ],
    "a plugin of Go or a program": [
      "validators: [p.yaml]",
      { "app/p.yaml": "apiVersion: someteam.example.com/v1\nkind: Validator\nmetadata: {name: p}\n" },
      /not built in/,
    ],
    "a List of plugins": [
      "transformers: [p.yaml]",
      {
        "app/p.yaml": `apiVersion: v1\nkind: List\nitems:\n- ${builtin("PatchTransformer", `path: ${url}`).trim().replaceAll("\n", "\n  ")}\n`,
      },
      /remote ones/,
    ],
    "a list of a kind of its own": [
      "transformers: [p.yaml]",
      {
        "app/p.yaml": `apiVersion: builtin\nkind: FooList\nitems:\n- ${builtin("PatchTransformer", `path: ${url}`).trim().replaceAll("\n", "\n  ")}\n`,
      },
      /remote ones|not built in/,
    ],
    "a plugin in one line": [
      `transformers: ["{apiVersion: builtin, kind: PatchTransformer, metadata: {name: p}, path: '${url}'}"]`,
      {},
      /remote ones/,
    ],
    "a plugin in several lines": [
      `generators:\n- |\n  ${builtin("ConfigMapGenerator", `name: a\nfiles: ['${url}']`).trim().replaceAll("\n", "\n  ")}`,
      {},
      /remote ones/,
    ],
    "a plugin after another": [
      "transformers: [p.yaml]",
      {
        "app/p.yaml": `${builtin("AnnotationsTransformer", "annotations: {a: b}")}---\n${builtin("PatchTransformer", `path: ${relative}`)}`,
      },
      /lies outside/,
    ],
    "a plugin with a key in another case": [
      "transformers: [p.yaml]",
      { "app/p.yaml": builtin("PatchTransformer", `Path: ${relative}`) },
      /Path is no field/,
    ],
    "a plugin with a key twice": [
      "transformers: [p.yaml]",
      { "app/p.yaml": builtin("PatchTransformer", `path: words.yaml\npath: ${relative}`) },
      /twice/,
    ],
    "a plugin that is a folder": [
      "generators: [p]",
      {
        "app/p/kustomization.yaml": "resources: [g.yaml]\n",
        "app/p/g.yaml": builtin("ConfigMapGenerator", `name: a\nfiles: ['${url}']`),
      },
      /remote ones/,
    ],
    "a folder of plugins that changes them": [
      "transformers: [p]",
      {
        "app/p/kustomization.yaml":
          "resources: [g.yaml]\npatches: [{target: {kind: PatchTransformer}, patch: '[{op: add, path: /path, value: x}]'}]\n",
        "app/p/g.yaml": builtin("PatchTransformer", "path: words.yaml"),
      },
      /patches is no field/,
    ],
    "a folder of plugins with generators": [
      "transformers: [p]",
      { "app/p/kustomization.yaml": `configMapGenerator: [{name: a, files: ['${url}']}]\n` },
      /configMapGenerator is no field/,
    ],
    "a plugin that is a resource too": [
      "resources: [p.yaml]\ntransformers: [p.yaml]",
      { "app/p.yaml": builtin("AnnotationsTransformer", "annotations: {a: b}") },
      /in two ways/,
    ],
    "a kustomization that is a resource too": [
      "resources: [b, b/kustomization.yaml]",
      { "app/b/kustomization.yaml": "resources: [x.yaml]\n", "app/b/x.yaml": CONFIG_MAP },
      /in two ways/,
    ],
    "a kustomization that is a file of a generator too": [
      "resources: [b]\nconfigMapGenerator: [{name: a, files: [b/kustomization.yaml]}]",
      { "app/b/kustomization.yaml": "resources: [x.yaml] #\n", "app/b/x.yaml": CONFIG_MAP },
      /in two ways/,
    ],
    "several kustomizations": [
      "resources: [b]",
      { "app/b/kustomization.yaml": base, "app/b/Kustomization": base },
      /several kustomizations/,
    ],
    "no kustomization": ["resources: [b]", { "app/b/x.yaml": CONFIG_MAP }, /no kustomization/],
    "a kustomization that is a folder": ["resources: [b]", { "app/b/kustomization.yaml/x": "" }, /is a folder/],
    "a base of a base that leads out": [
      "resources: [b]",
      { "app/b/kustomization.yaml": "resources: [../../../outside]\n" },
      /lies outside/,
    ],
    "a component that leads out": [
      "components: [b]",
      {
        "app/b/kustomization.yaml":
          "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [../../../outside]\n",
      },
      /lies outside/,
    ],
    "a replacement file with a path": [
      "replacements: [{path: r.yaml}]",
      { "app/r.yaml": `path: ${relative}\n` },
      /path is no field/,
    ],
    "a configuration with a key of its own": [
      "configurations: [c.yaml]",
      { "app/c.yaml": "crds: [x]\n" },
      /crds is no field/,
    ],
    "a local file that is named like an address": [
      `resources: ["http:/127.0.0.1:1/x.yaml"]`,
      { "app/http:/127.0.0.1:1/x.yaml": CONFIG_MAP },
      /remote ones/,
    ],
    "a local folder that is named like a repository": [
      "resources: [a_git/b]",
      { "app/a_git/b/kustomization.yaml": "resources: [x.yaml]\n", "app/a_git/b/x.yaml": CONFIG_MAP },
      /would not take for a path/,
    ],
    "a local file that is named like a repository, and is broken": [
      "resources: ['github.com/o/r']",
      { "app/github.com/o/r": "x: [\n" },
      /kustomize failed/,
    ],
  };
  return Object.entries(plugins).map(([title, [text, files, refusal]]) =>
    one(group, title, `${text}\n`, refusal, files),
  );
}

/** Values that would be options, programs or folders of helm. */
function options({ absolute, url }: Outside): Hostile[] {
  const group = "a value that would be an option, a program or a folder of helm";
  const fields: Record<string, RegExp> = {
    "releaseName: --post-renderer=./pwn.sh": /releaseName is no value/,
    "ReleaseName: --post-renderer=./pwn.sh": /ReleaseName is no field/,
    "releaseName: -o": /releaseName is no value/,
    "releaseName: '{{ env \"HOME\" }}'": /releaseName is no value/,
    "namespace: --post-renderer=./pwn.sh": /namespace is no value/,
    "nameTemplate: '{{ env \"HOME\" }}'": /nameTemplate is not allowed/,
    "nameTemplate: --kubeconfig=/x": /nameTemplate is not allowed/,
    "kubeVersion: --validate": /kubeVersion is no value/,
    "apiVersions: [--post-renderer=./pwn.sh]": /apiVersions\[0\] is no value/,
    "apiVersions: ['v1,--validate']": /apiVersions\[0\] is no value/,
    "valuesMerge: --x": /valuesMerge is no value/,
    "version: --devel": /version is no value/,
    "name: --post-renderer=./pwn.sh": /name is no name of a chart|twice/,
    "name: ../../outside": /name is no name|twice/,
    "valuesFile: --post-renderer=./pwn.sh": /no such file/,
    "valuesFile: 'values.yaml,/etc/passwd'": /no such file|comma/,
    [`additionalValuesFiles: ['words.yaml,${absolute}']`]: /no such file|comma/,
    [`repo: ${url}\n  version: 9.9.9\n  releaseName: r\n  devel: true`]: /./,
  };
  const ofCharts = Object.entries(fields).map(([field, refusal]) => {
    const isRendered = field.startsWith("repo:");
    const name = field.startsWith("name: ") ? "" : "- name: c\n  ";
    const text = `helmCharts:\n${name === "" ? "- " : name}${field}\n`;
    return one(group, `helmCharts ${field.split("\n")[0]}`, text, isRendered ? undefined : refusal, chart);
  });
  const others: Record<string, RegExp> = {
    "helmGlobals: {configHome: evil}": /configHome is not allowed/,
    "helmGlobals: {ConfigHome: evil}": /ConfigHome is no field/,
    "helmGlobals: {chartHome: ../../outside}\nhelmCharts: [{name: c}]": /lies outside|is not in/,
    "helmChartInflationGenerator: [{chartName: c, helmHome: evil}]": /helmHome is not allowed/,
    "helmChartInflationGenerator: [{chartName: c, helmBin: ./pwn.sh}]": /helmBin is not allowed/,
    "helmChartInflationGenerator: [{chartName: c, extraArgs: [--post-renderer=./pwn.sh]}]": /extraArgs is not allowed/,
    "helmChartInflationGenerator: [{chartName: c, releaseName: --post-renderer=./pwn.sh}]": /releaseName is no value/,
    [`helmCharts: [{name: nope, repo: '${url}', version: 1.0.0}]`]: /is not in "charts"/,
    [`helmCharts: [{name: nope, repo: 'oci://${url.slice(7)}/x', version: 1.0.0}]`]: /is not in "charts"/,
    "helmCharts: [{name: nope}]": /is not in "charts"/,
  };
  const plugin = "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: p}\nname: c\n";
  const evil = {
    "app/evil/plugins/d/plugin.yaml": "name: d\nversion: 1\ndownloaders: [{command: ./pwn.sh, protocols: [x]}]\n",
  };
  return [
    ...ofCharts,
    ...Object.entries(others).map(([text, refusal]) =>
      one(group, text, `${text}\n`, refusal, { ...chart, ...evil, "app/charts/c/values.yaml": "" }),
    ),
    ...["configHome: evil", "releaseName: --post-renderer=./pwn.sh", "ReleaseName: --x", `repo: ${url}\nname: d`].map(
      (rest) =>
        one(group, `a plugin with ${rest.split("\n")[0]}`, "generators: [p.yaml]\n", /^p\.yaml: /, {
          ...chart,
          ...evil,
          "app/p.yaml": `${plugin.replace(rest.includes("name: d") ? "name: c\n" : "\0", "")}${rest}\n`,
        }),
    ),
  ];
}

/** Charts that make helm read files or addresses, by themselves and in a kustomization. */
function charts({ absolute, url, token }: Outside): Hostile[] {
  const references: Record<string, string> = {
    "a file": `{"$ref": "file://${absolute}"}`,
    "a relative file": '{"$ref": "outside.json"}',
    "an address": `{"properties": {"a": {"$ref": "${url}/x.json"}}}`,
    "an escaped name": `{"\\u0024ref": "${url}/x.json"}`,
    "an escaped address": `{"$ref": "\\u0068ttp${url.slice(4)}"}`,
    "a dynamic reference": `{"$dynamicRef": "${url}"}`,
    "a recursive reference": `{"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveRef": "${url}"}`,
    "a dialect": `{"$schema": "${url}/schema"}`,
    "a relative reference below an id": `{"$id": "${url}/", "properties": {"a": {"$ref": "x"}}}`,
    "the first of two": `{"$ref": "${url}", "$ref": "#"}`,
  };
  const group = "a schema or an archive of a chart";
  const refusal = /refers to something outside/;
  const inApp = Object.fromEntries(Object.entries(chart).map(([path, text]) => [path.replace("charts/c/", ""), text]));
  const render = "helmCharts: [{name: c, releaseName: r}]\n";
  const schemas = Object.entries(references).flatMap(([title, schema]): Hostile[] => [
    {
      title: `a chart whose schema refers to ${title}`,
      group,
      files: { ...inApp, "app/values.schema.json": schema },
      refusal,
    },
    one(group, `a chart of a kustomization whose schema refers to ${title}`, render, refusal, {
      ...chart,
      "app/charts/c/values.schema.json": schema,
    }),
  ]);
  const archived = archive({
    "d/Chart.yaml": "apiVersion: v2\nname: d\nversion: 0.1.0\n",
    "d/values.schema.json": references["an address"] ?? "",
  });
  const nestedArchive = archive({ "d/charts/e.tgz": gzipSync("x") });
  const link = { "app/charts/c/templates/users.txt": absolute };
  return [
    ...schemas,
    { title: "a schema in an archive", group, files: { ...inApp, "app/charts/d-0.1.0.tgz": archived }, refusal },
    {
      title: "a schema in an archive in two parts",
      group,
      files: { ...inApp, "app/charts/d-0.1.0.tgz": Buffer.concat([gzipSync("x".repeat(512)), archived]) },
      refusal,
    },
    {
      title: "an archive in an archive",
      group,
      files: { ...inApp, "app/charts/d-0.1.0.tgz": nestedArchive },
      refusal: /holds another archive/,
    },
    {
      title: "an archive that is none",
      group,
      files: { ...inApp, "app/charts/d-0.1.0.tgz": "x" },
      refusal: /is no gzip archive/,
    },
    {
      title: "an archive that unpacks to a gigabyte",
      group,
      files: { ...inApp, "app/charts/d-0.1.0.tgz": LARGE },
      refusal: /too large/,
    },
    {
      ...one(group, "a link of a chart of a kustomization", render, /leads out of the repository/, chart),
      links: link,
    },
    {
      ...one(group, "a link to a chart", render, /leads out of the repository/),
      links: { "app/charts": absolute.replace(/\/[^/]*$/, "") },
    },
    {
      title: "dependencies at an address",
      group,
      files: {
        ...inApp,
        "app/Chart.yaml": `apiVersion: v2\nname: c\nversion: 0.1.0\ndependencies: [{name: d, version: 1.0.0, repository: '${url.replace("//", `//user:${token}@`)}'}]\n`,
      },
      refusal: /vendor it with helm dependency build/,
    },
    one(group, "dependencies of a chart of a kustomization", render, /vendor it with helm dependency build/, {
      ...chart,
      "app/charts/c/Chart.yaml": `apiVersion: v2\nname: c\nversion: 0.1.0\ndependencies: [{name: d, version: 1.0.0, repository: '${url}'}]\n`,
    }),
    {
      title: "a template that reads the environment, DNS and the cluster",
      group,
      files: {
        ...inApp,
        "app/templates/y.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\ndata:\n  x: {{ getHostByName "localhost" | quote }}\n  y: {{ lookup "v1" "Secret" "a" "b" | toJson | quote }}\n  z: {{ .Files.Get "../../outside/x.yaml" | quote }}\n`,
      },
    },
  ];
}

/** The version of the format of archives. */
const VERSION = "00";

/** A gzipped tar archive (POSIX.1-2017, ustar). */
function archive(files: Files): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write("0000644\0", 100);
    header.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write(`${"0".repeat(11)}\0`, 136);
    header.write(`        0ustar\0${VERSION}`, 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
