import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { root } from "../folders.ts";
import {
  blocksIn,
  commandsIn,
  copyOf,
  diffOf,
  edit,
  expectResultInReadme,
  expectToQuoteFiles,
  readTree,
} from "./example.ts";
import type { Example } from "./example.ts";
import { kptNewest, kptOnPath, onEach, shell, succeed } from "./host.ts";

const [render = "", ...otherCommands] = commandsIn("kpt", "kpt fn");
const agent = "metric-agent.yaml";

/** One element of `results` (kustomize: functions-spec.md). */
interface Result {
  message: string;
  severity: string;
  resourceRef?: { apiVersion: string; kind: string; name: string; namespace?: string };
  field?: { path: string };
  file?: { path: string };
}

onEach([kptOnPath, kptNewest], (kpt) => {
  /** The example after one render. */
  function rendered(): Example {
    const example = copyOf("kpt");
    succeed(kpt, render, example.cwd);
    return example;
  }

  describe("kpt fn render", () => {
    test("changes the lines that the README shows, and nothing else", () => {
      const example = copyOf("kpt");
      const before = readTree(example.folder);
      succeed(kpt, render, example.cwd);
      const after = readTree(example.folder);
      expectResultInReadme("kpt", "diff", diffOf(before, after));
      expect(filesThatDiffer(before, after)).toEqual([agent]);
    });

    // Known to fail: what is added stands before such a comment, and kpt then gives it to both neighbours.
    test("keeps a comment at the end of a map or of a list where it is, once", () => {
      const example = copyOf("kpt");
      const file = join(example.folder, agent);
      const proxyConfig = "          holdApplicationUntilProxyStarts: true\n";
      edit(file, proxyConfig, `${proxyConfig}        # example.com/off: behind the last annotation\n`);
      edit(file, "            path: relay.conf\n", "            path: relay.conf\n        # behind the last volume\n");
      const before = readFileSync(file, "utf8");
      succeed(kpt, render, example.cwd);
      const once = agentIn(example);
      expect(commentsIn(once)).toEqual(commentsIn(before));
      succeed(kpt, render, example.cwd);
      expect(agentIn(example)).toBe(once);
    });

    test("changes nothing when it is done again", () => {
      const example = rendered();
      const once = readTree(example.folder);
      succeed(kpt, render, example.cwd);
      expect(readTree(example.folder)).toEqual(once);
    });

    test("takes a port away with its MetricPipeline", () => {
      const example = rendered();
      const before = agentIn(example);
      rmSync(join(example.folder, "pipelines/in-cluster.yaml"));
      succeed(kpt, render, example.cwd);
      expect(before).toContain('"443,4317,9090"');
      expect(agentIn(example)).toBe(before.replace('"443,4317,9090"', '"443,4317"'));
    });

    test("leaves nothing but the inject label when the interception is turned off", () => {
      const example = rendered();
      setting(example, 'trafficInterception: "Off"');
      succeed(kpt, render, example.cwd);
      const original = readTree(join(root, "examples/kpt"));
      const off = { ...original, "fn-config.yaml": readTree(example.folder)["fn-config.yaml"] ?? "" };
      expect(changedLines(diffOf(off, readTree(example.folder)))).toEqual([
        '+        sidecar.istio.io/inject: "false"',
      ]);
    });

    test("fails on an unknown key of the config, says which, and changes nothing", () => {
      const example = copyOf("kpt");
      setting(example, "traficInterception: On");
      const before = readTree(example.folder);
      const { status, stderr } = shell(kpt, render, example.cwd);
      expect(status).not.toBe(0);
      expect(stderr).toContain("traficInterception");
      expect(stderr).toContain("trafficInterception");
      expect(readTree(example.folder)).toEqual(before);
    });

    test("fails without the Secret, says which pipeline misses it, and changes nothing", () => {
      const example = copyOf("kpt");
      rmSync(join(example.folder, "external-backend-secret.yaml"));
      const before = readTree(example.folder);
      const { status, stderr } = shell(kpt, `${render} --results-dir results`, example.cwd);
      expect(status).not.toBe(0);
      expect(stderr).toContain("pipelines/external.yaml");
      expect(stderr).toContain("kyma-system/external-backend");
      expect(readTree(example.folder)).toEqual(before);
      expect(resultsIn(example)).toEqual([
        {
          message: expect.stringContaining("kyma-system/external-backend") as string,
          severity: "error",
          resourceRef: { apiVersion: "telemetry.kyma-project.io/v1beta1", kind: "MetricPipeline", name: "external" },
          field: {
            path: "spec.output.otlp.endpoint.valueFrom.secretKeyRef",
            currentValue: { name: "external-backend", namespace: "kyma-system", key: "endpoint" },
          },
          file: { path: "pipelines/external.yaml" },
        },
      ]);
    });

    test("tells which pipeline asks for which port, and shows nothing of the Secret", () => {
      const example = copyOf("kpt");
      const { stderr } = shell(kpt, `${render} --truncate-output=false --results-dir results`, example.cwd);
      const results = resultsIn(example);
      const asking = results.filter(({ resourceRef }) => resourceRef?.kind === "MetricPipeline");
      expect(asking.map(({ severity, resourceRef, file }) => [severity, resourceRef?.name, file?.path])).toEqual([
        ["info", "external", "pipelines/external.yaml"],
        ["info", "in-cluster", "pipelines/in-cluster.yaml"],
        ["info", "in-mesh", "pipelines/in-mesh.yaml"],
      ]);
      for (const { message } of results) expect(stderr).toContain(message);
      expect(stderr + JSON.stringify(results)).not.toContain("otlp.example.com");
    });
  });

  describe("kpt fn eval", () => {
    const evaluate = "kpt fn eval examples/kpt --exec intercept-backends";

    test("with the package's config changes the lines that the README shows", () => {
      const example = copyOf("kpt");
      const before = readTree(example.folder);
      succeed(kpt, `${evaluate} --fn-config examples/kpt/fn-config.yaml`, example.cwd);
      expect(diffOf(before, readTree(example.folder))).toBe(blocksIn("kpt", "diff").at(-1));
    });

    test("without a config serves the agent with the defaults", () => {
      const example = copyOf("kpt");
      succeed(kpt, evaluate, example.cwd);
      const annotations = annotationsIn(example);
      expect(annotations).toMatchObject({
        "traffic.sidecar.istio.io/includeOutboundPorts": "443,4317,9090",
        "traffic.sidecar.istio.io/includeOutboundIPRanges": "",
      });
      expect(Object.keys(annotations).filter((name) => name.includes("exclude"))).toEqual([]);
    });

    test("takes settings as key=value", () => {
      const example = copyOf("kpt");
      succeed(kpt, `${evaluate} -- ports.additional="9411,4318" ports.excludeInbound="8888"`, example.cwd);
      expect(annotationsIn(example)).toMatchObject({
        "traffic.sidecar.istio.io/includeOutboundPorts": "443,4317,4318,9090,9411",
        "traffic.sidecar.istio.io/excludeInboundPorts": "8888",
      });
    });

    test("fails on a setting that does not exist, and changes nothing", () => {
      const example = copyOf("kpt");
      const before = readTree(example.folder);
      const { status, stderr } = shell(kpt, `${evaluate} -- ports.aditional="9411"`, example.cwd);
      expect(status).not.toBe(0);
      expect(stderr).toContain("ports.additional");
      expect(readTree(example.folder)).toEqual(before);
    });
  });

  test("kpt fn source | intercept-backends | kpt fn sink changes the lines that the README shows", () => {
    const { cwd } = copyOf("kpt");
    const config = "--function-config examples/kpt/fn-config.yaml";
    succeed(kpt, "kpt fn source examples/kpt | kpt fn sink plain", cwd);
    succeed(kpt, `kpt fn source examples/kpt | intercept-backends ${config} | kpt fn sink rewritten`, cwd);
    const diff = diffOf(readTree(join(cwd, "plain")), readTree(join(cwd, "rewritten")));
    expect(changedLines(diff)).toEqual(changedLines(blocksIn("kpt", "diff").join("")));
  });

  describe("the README", () => {
    test.each(otherCommands)("has a command that works: %s", (command) => {
      succeed(kpt, command, copyOf("kpt").cwd);
    });
  });
});

test("the README of the kpt example quotes its files as they are", () => {
  expectToQuoteFiles("kpt", blocksIn("kpt", "yaml"));
});

/** Adds a line to the spec of the function config. */
function setting({ folder }: Example, line: string): void {
  const file = join(folder, "fn-config.yaml");
  writeFileSync(file, `${readFileSync(file, "utf8")}  ${line}\n`);
}

function agentIn({ folder }: Example): string {
  return readFileSync(join(folder, agent), "utf8");
}

function annotationsIn(example: Example): Record<string, string> {
  const daemonSet = parse(agentIn(example)) as {
    spec: { template: { metadata: { annotations: Record<string, string> } } };
  };
  return daemonSet.spec.template.metadata.annotations;
}

function resultsIn({ cwd }: Example): Result[] {
  const list = parse(readFileSync(join(cwd, "results/results.yaml"), "utf8")) as { items: { results: Result[] }[] };
  return list.items.flatMap(({ results }) => results);
}

function commentsIn(text: string): string[] {
  return text.split("\n").flatMap((line) => /(?:^|\s)(#.*)$/.exec(line)?.[1] ?? []);
}

function filesThatDiffer(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...paths].filter((path) => before[path] !== after[path]);
}

function changedLines(diff: string): string[] {
  return diff.split("\n").filter((line) => /^[-+](?!--|\+\+)/.test(line));
}
