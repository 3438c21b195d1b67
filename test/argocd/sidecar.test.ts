import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { agent, config, CONFIG_MAP, pipeline, SECRET } from "./manifests.ts";
import { root } from "../folders.ts";
import { processesWith, repository, until, withHelm } from "./plugin.ts";
import { newBox, whyNoBox } from "./sidecar/box.ts";
import { startCmpServer } from "./sidecar/cmp-server.ts";
import { resourcesOf } from "./sidecar/plugin-server.ts";
import type { PluginServer } from "./sidecar/plugin-server.ts";
import { startStandIn } from "./sidecar/stand-in.ts";

const own = (process.env["ARGOCD_CMP_SERVER"] ?? "").split(delimiter).filter((file) => file !== "");

type Start = (settings?: Readonly<Record<string, string>>) => PluginServer | Promise<PluginServer>;

/** The servers that plugin.yaml is given to: Argo CD's own, as far as they are here, and what stands for one. */
const servers = new Map<string, Start>([["a stand-in for argocd-cmp-server", startStandIn]]);
for (const file of own) servers.set(file, (settings) => startCmpServer(file, settings));

const files = { "apps/metrics/agent.yaml": agent(), "apps/metrics/pipeline.yaml": pipeline() };
const kustomized = {
  ...files,
  "apps/metrics/kustomization.yaml": "resources: [agent.yaml, pipeline.yaml, ../../base]\n",
  "base/kustomization.yaml": "resources: [words.yaml]\n",
  "base/words.yaml": CONFIG_MAP,
};
const chart = {
  "apps/metrics/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
  "apps/metrics/values.yaml": "port: 4317\n",
  "apps/metrics/templates/agent.yaml": agent(),
  "apps/metrics/templates/pipeline.yaml": pipeline().replace(":4317", ":{{ .Values.port }}"),
  "apps/metrics/templates/words.yaml": CONFIG_MAP.replace("words", "{{ .Release.Name }}-{{ .Release.Namespace }}"),
};
const endless = {
  ...chart,
  "apps/metrics/templates/loop.yaml":
    "{{ range until 10000 }}{{ range until 10000 }}{{ range until 10000 }}{{ end }}{{ end }}{{ end }}",
};
const path = "apps/metrics";

const obstacle = whyNoBox();
if (obstacle !== undefined || own.length === 0) {
  const what = obstacle === undefined ? "Argo CD's own server" : "the sidecar's surroundings";
  const why = obstacle ?? "ARGOCD_CMP_SERVER names none, see .ci/run";
  if (process.env["REQUIRE_HOSTS"] === "1") {
    test(`${what}: is there`, () => expect.unreachable(why));
  } else {
    console.warn(`MISSING: ${what}, so that the plugin was not tried in it: ${why}`);
  }
}

describe.skipIf(obstacle !== undefined)("the box", () => {
  test("is the sidecar's: user 999, nothing to write to but /tmp, no network, the programs in their places", () => {
    const script =
      "id -u; id -g; touch /etc/x /usr/local/bin/x; touch /tmp/x && echo tmp; grep : /proc/net/dev | cut -d: -f1";
    const box = newBox();
    const [command, args] = box.enter("/tmp", [
      "sh",
      "-c",
      `${script}; command -v kustomize; command -v intercept-backends`,
    ]);
    const { stdout, stderr } = spawnSync(command, args, { encoding: "utf8", env: box.env });
    expect(stdout).toBe("999\n999\ntmp\n    lo\n/usr/local/bin/kustomize\n/usr/local/bin/intercept-backends\n");
    expect(stderr.match(/Read-only file system/g)).toHaveLength(2);
  });
});

describe.skipIf(obstacle !== undefined).each([...servers])("plugin.yaml in %s", (_title, start) => {
  let server: PluginServer;
  beforeAll(async () => {
    server = await start();
  }, 60_000);
  afterAll(() => server.stop(), 60_000);

  test("is taken, without discovery and without credentials", async () => {
    expect(await server.configuration()).toEqual({ isDiscoveryConfigured: false, provideGitCreds: false });
    const found = await server.matches({ repository: repository(files), path });
    expect(found).toEqual({ isSupported: false, isDiscoveryEnabled: false });
  });

  test("generates a folder of manifests, of which Argo CD makes the resources without anything of ours", async () => {
    const folder = repository({
      ...files,
      "apps/metrics/0.json": `${JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "j" } }, null, "\t")}\n`,
      "apps/metrics/config.yaml": config("telemetry-metric-agent", "backend"),
      "apps/metrics/empty.yaml": "# nothing\n---\n---\nnull\n",
      "apps/metrics/secret.yaml": SECRET,
    });
    const manifests = await server.generate({ repository: folder, path });
    const resources = resourcesOf(manifests);
    expect(resources.map(({ kind }) => kind)).toEqual(["ConfigMap", "DaemonSet", "MetricPipeline", "Secret"]);
    expect(portsOf(manifests)).toEqual(["4317"]);
    expect(manifests.join("\n")).not.toMatch(/config\.kubernetes\.io|InterceptBackends/);
  });

  test("generates a kustomization with a base elsewhere in the repository", async () => {
    const manifests = await server.generate({ repository: repository(kustomized), path });
    expect(resourcesOf(manifests).map(({ kind }) => kind)).toEqual(["ConfigMap", "DaemonSet", "MetricPipeline"]);
    expect(portsOf(manifests)).toEqual(["4317"]);
  });

  test("is told the parameters in all forms, and nothing by the variables of users", async () => {
    const value = `'"; touch pwned; $(touch pwned)\n--enable-helm`;
    const manifests = await server.generate({
      repository: repository(kustomized),
      path,
      env: { ARGS: value, INTERCEPT_BACKENDS_FUNCTION_CONFIG: "/etc/passwd", PATH: "/nowhere" },
      parameters: [
        { name: "agent.name", string: "telemetry-metric-agent" },
        { name: "ports.additional", array: ["7777"] },
        { name: "pipelines.selector.matchLabels", map: { tier: "none" } },
      ],
    });
    expect(portsOf(manifests)).toEqual(["7777"]);
  });

  test("announces each parameter, and the static ones last, so that they win", async () => {
    const announced = await server.parameters({ repository: repository(kustomized), path });
    const names = announced.map(({ name }) => name);
    expect(names.slice(-2)).toEqual(["missing.agent", "missing.pipelines"]);
    expect(names).toEqual(expect.arrayContaining(["source", "agent.name", "ports.additional"]));
    const values = new Map(announced.map((one) => [one.name, one.string]));
    expect([values.get("source"), values.get("agent.name")]).toEqual(["kustomize", "telemetry-metric-agent"]);
  });

  test("refuses in one line that Argo CD shows", async () => {
    const folder = repository({ "apps/metrics/pipeline.yaml": pipeline() });
    await expect(server.generate({ repository: folder, path })).rejects.toThrow(
      /`\/usr\/local\/bin\/intercept-backends generate` failed exit status 1: the source: no DaemonSet matches the agent telemetry-metric-agent; there is no DaemonSet, for 1 MetricPipeline; [^\n]*$/,
    );
  });

  test("refuses an empty source, of which Argo CD would make an order to delete", async () => {
    const folder = repository({ "apps/metrics/README.md": "nothing\n" });
    await expect(server.generate({ repository: folder, path })).rejects.toThrow(/holds no resources/);
  });

  test("finds the whole of what was sent where manifest-generate-paths sends a part of the repository", async () => {
    const part = { "metrics/kustomization.yaml": "resources: [../base, agent.yaml, pipeline.yaml]\n" };
    const folder = repository({
      ...part,
      "metrics/agent.yaml": agent(),
      "metrics/pipeline.yaml": pipeline(),
      "base/kustomization.yaml": kustomized["base/kustomization.yaml"],
      "base/words.yaml": CONFIG_MAP,
    });
    const manifests = await server.generate({ repository: folder, path: "metrics", sourcePath: path });
    expect(resourcesOf(manifests)).toHaveLength(3);
  });

  test("reads nothing through links out of the repository", async () => {
    // Argo CD's own server refuses the one, and takes the other to begin at the link's own folder.
    for (const [target, line] of [
      ["../../../../../etc/passwd", /illegal filepath in symlink|users\.yaml: a symbolic link that leads out of/],
      ["/etc/passwd", /users\.yaml: a symbolic link that leads (?:nowhere|out of the repository)/],
    ] as const) {
      const folder = repository(files);
      symlinkSync(target, join(folder, path, "users.yaml"));
      await expect(server.generate({ repository: folder, path })).rejects.toThrow(line);
    }
  });

  test("serves 16 calls at once, each with what is its own", async () => {
    const calls = Array.from({ length: 16 }, (_, at) => {
      const source = at % 2 === 0 ? files : kustomized;
      const folder = repository({ ...source, "apps/metrics/pipeline.yaml": pipeline("backend", 5000 + at) });
      return server.generate({ repository: folder, path, name: `at-once-${at}` });
    });
    const ports = (await Promise.all(calls)).flatMap(portsOf);
    expect(ports).toEqual(calls.map((_, at) => String(5000 + at)));
  });

  withHelm("with a chart", () => {
    test("generates it with the Application's name and namespace, and values of its parameters", async () => {
      const parameters = [{ name: "helm.parameters", map: { port: "9090" } }];
      const manifests = await server.generate({ repository: repository(chart), path, name: "team-a_m", parameters });
      expect(portsOf(manifests)).toEqual(["9090"]);
      expect(resourcesOf(manifests).map(({ metadata }) => metadata.name)).toContain("m-kyma-system");
    });

    test("ends one that never ends with a sentence, before Argo CD would end it without one", async () => {
      const impatient = await start({ INTERCEPT_BACKENDS_DEADLINE_SECONDS: "2" });
      await expect(impatient.generate({ repository: repository(endless), path })).rejects.toThrow(
        /failed exit status 1: source: helm did not finish within 2 s; /,
      );
      await impatient.stop();
    });

    test("leaves nothing behind when Argo CD ends the call first", async () => {
      const folder = repository(endless);
      const name = `ended-early-${basename(folder)}-${process.pid}`;
      const call = server.generate({ repository: folder, path, name, deadline: 4000 });
      await expect(call).rejects.toThrow(/killed|DeadlineExceeded|Deadline exceeded|deadline/i);
      await until(() => processesWith(name).length === 0);
    });
  });
});

describe.skipIf(obstacle !== undefined).each(own)("the discovery of docs/argocd.md, with %s", (file) => {
  test("finds the Applications with the file that it names, and no others", async () => {
    const [block] = /(?<=```yaml\n)spec:\n {2}discover:[^`]*/.exec(read("docs/argocd.md")) ?? [""];
    const plugin = parse(read("plugin.yaml")) as { spec: object };
    const { spec } = parse(block) as { spec: object };
    const server = await startCmpServer(file, {}, stringify({ ...plugin, spec: { ...plugin.spec, ...spec } }));
    const marked = { ...files, "apps/metrics/agents/intercept-backends.yaml": config("a", "b") };
    expect(await server.configuration()).toMatchObject({ isDiscoveryConfigured: true });
    expect(await server.matches({ repository: repository(marked), path })).toMatchObject({ isSupported: true });
    expect(await server.matches({ repository: repository(files), path })).toMatchObject({ isSupported: false });
    await server.stop();
  });
});

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

function portsOf(manifests: readonly string[]): (string | undefined)[] {
  return resourcesOf(manifests)
    .filter(({ kind }) => kind === "DaemonSet")
    .map(({ spec }) => spec?.template?.metadata?.annotations?.["traffic.sidecar.istio.io/includeOutboundPorts"]);
}
