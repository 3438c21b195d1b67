import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { root } from "../folders.ts";
import { agent, CONFIG_MAP, pipeline, portsIn } from "./manifests.ts";
import { expectRefusal, plugin, repository, withHelm, type Ran } from "./plugin.ts";

/** An Application with a source, and what else its spec has. */
function application(source: object, more: object = {}, name = "metrics"): object {
  const spec = { project: "default", source, destination: { namespace: "kyma-system" }, ...more };
  return { apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata: { name, namespace: "argocd" }, spec };
}

const named = { name: "intercept-backends" };
const source = { repoURL: "https://example.invalid/r.git", path: "apps/metrics", plugin: named };
const files = { "apps/metrics/agent.yaml": agent(), "apps/metrics/pipeline.yaml": pipeline() };

/** Calls `generate --application` in a folder of a repository that has a text as its file `app.yaml`. */
function generateFor(text: unknown, more: Readonly<Record<string, string>> = {}, dir: readonly string[] = []): Ran {
  const content = typeof text === "string" ? text : JSON.stringify(text);
  const folder = repository({ ...files, ...more, "deep/app.yaml": content });
  return plugin(join(folder, "deep"), { args: ["generate", "--application", "app.yaml", ...dir] });
}

describe("generate --application", () => {
  test("renders the path of the Application with its parameters, from anywhere in the clone", () => {
    const parameters = [{ name: "ports.additional", array: ["7777"] }];
    const one = application({ ...source, plugin: { ...named, parameters } });
    const { status, said, stdout } = generateFor(one);
    expect({ status, said, ports: portsIn(stdout) }).toEqual({ status: 0, said: [], ports: ["4317,7777"] });
    expect(generateFor(one, {}, [".."]).stdout).toBe(stdout);
  });

  test("takes one among other resources, of a list, and of several sources", () => {
    const other = application({ path: "other", helm: {} }, {}, "other");
    const sources = [{ chart: "c" }, source];
    for (const text of [
      `${CONFIG_MAP}---\n${JSON.stringify(other)}\n---\n${JSON.stringify(application(source))}\n`,
      [other, application(source)],
      { apiVersion: "v1", kind: "List", items: [application(source)] },
      application({ path: "other" }, { sources }),
      application({ ...source, plugin: {} }),
    ]) {
      expect(portsIn(generateFor(text).stdout)).toEqual(["4317"]);
    }
  });

  test("keeps to the repository, whose root the path tells", () => {
    const { stdout } = generateFor(application({ ...source, path: "apps/metrics/" }), {
      "apps/metrics/kustomization.yaml": "resources: [agent.yaml, pipeline.yaml, ../../base]\n",
      "base/kustomization.yaml": "resources: [words.yaml]\n",
      "base/words.yaml": CONFIG_MAP,
    });
    expect(stdout).toContain("kind: ConfigMap");
    for (const path of ["../elsewhere", "/apps/metrics", "", "apps/../../x"]) {
      expectRefusal(
        generateFor(application({ ...source, path })),
        /^app\.yaml: its source has no path that leads from/,
      );
    }
    expectRefusal(generateFor(application({ ...source, path: "none" })), /cannot be read: ENOENT/);
  });

  test("says what keeps Argo CD from rewriting", () => {
    const set = { apiVersion: "argoproj.io/v1alpha1", kind: "ApplicationSet", metadata: { name: "s" }, spec: {} };
    for (const [text, line] of [
      [
        application({ path: "apps/metrics" }),
        "app.yaml: the Application metrics does not name the plugin, so that Argo CD would rewrite nothing; set spec.source.plugin.name to intercept-backends",
      ],
      [application({ ...source, plugin: { name: "other" } }), /does not name the plugin/],
      [
        application({ ...source, directory: { recurse: true } }),
        "app.yaml: its source has both plugin and directory, which Argo CD refuses; remove directory",
      ],
      [
        [application(source), application(source, {}, "two")],
        /^app\.yaml: holds several sources that use the plugin: metrics, two; /,
      ],
      [
        set,
        "app.yaml: holds an ApplicationSet and no Application; give it one of those that `argocd appset generate` makes of it",
      ],
      [CONFIG_MAP, /^app\.yaml: holds no Application of Argo CD; /],
      ["a: [", /^app\.yaml.*: /],
      [
        application({ ...source, plugin: { ...named, parameters: [{ name: "sorce", string: "helm" }] } }),
        /the parameter sorce does not exist; did you mean source\?/,
      ],
    ] as const) {
      expectRefusal(generateFor(text), line);
    }
  });

  test("gives for the examples what Argo CD gets", () => {
    const folder = repository({});
    cpSync(join(root, "examples/argocd"), folder, { recursive: true });
    const { stdout, said } = plugin(folder, { args: ["generate", "--application", "application.yaml"] });
    expect([said, portsIn(stdout)]).toEqual([[], ["4317,9090"]]);
    const { spec } = parse(readFileSync(join(folder, "application-set.yaml"), "utf8")) as {
      spec: { template: { spec: object } };
    };
    const text = JSON.stringify(application({}, spec.template.spec)).replaceAll("{{ .bypass }}", "10.97.0.1/32");
    writeFileSync(join(folder, "west.yaml"), text);
    expect(plugin(folder, { args: ["generate", "--application", "west.yaml"] }).stdout).toContain("10.97.0.1/32");
  });

  withHelm("with a chart", () => {
    test("names release and namespace as the Application does", () => {
      const words = CONFIG_MAP.replace("words", "{{ .Release.Name }}-{{ .Release.Namespace }}");
      const { stdout, said } = generateFor(application({ ...source, path: "chart" }), {
        "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
        "chart/templates/agent.yaml": agent(),
        "chart/templates/pipeline.yaml": pipeline(),
        "chart/templates/words.yaml": words,
      });
      expect(said).toEqual([]);
      expect(stdout).toContain("name: metrics-kyma-system");
    });
  });
});
