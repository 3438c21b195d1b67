import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { portsIn } from "./manifests.ts";
import { freshFolder, root } from "../folders.ts";
import { kustomize, plugin, repository } from "./plugin.ts";

interface Container {
  name: string;
  image: string;
  command: string[];
  volumeMounts: { name: string; mountPath: string }[];
  securityContext: Record<string, unknown>;
  resources: { limits: Record<string, string> };
}

interface Volume {
  name: string;
}

interface Source {
  plugin: { name: string; parameters: { name: string; array: string[] }[] };
}

function read(path: string): unknown {
  return parse(readFileSync(join(root, path), "utf8"));
}

/** The repo-server and the settings as Argo CD's own manifests have them, as far as the components need them. */
const equivalent = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: argocd-repo-server
spec:
  selector: {matchLabels: {app: argocd-repo-server}}
  template:
    metadata: {labels: {app: argocd-repo-server}}
    spec:
      containers:
      - name: argocd-repo-server
        image: argocd
        volumeMounts:
        - {name: plugins, mountPath: /home/argocd/cmp-server/plugins}
      initContainers:
      - name: copyutil
        image: argocd
      volumes:
      - {name: var-files, emptyDir: {}}
      - {name: plugins, emptyDir: {}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
`;

/** The manifests that Argo CD is installed with, out of the module that the tests build its plugin server from. */
function installManifests(): string | undefined {
  const argv = [
    "-C",
    join(root, "test/argocd/sidecar/cmp-server"),
    "list",
    "-m",
    "-f",
    "{{.Dir}}",
    "github.com/argoproj/argo-cd/v3",
  ];
  const { status, stdout } = spawnSync("go", argv, {
    encoding: "utf8",
    env: { ...process.env, GOFLAGS: "-mod=mod", GOPROXY: "off" },
  });
  const file = join(stdout.trim(), "manifests/install.yaml");
  return status === 0 && stdout.trim() !== "" && existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

const real = installManifests();
if (real === undefined) {
  if (process.env["REQUIRE_HOSTS"] === "1") {
    test("Argo CD's own manifests: are there", () => expect.unreachable("build its plugin server first, see .ci/run"));
  } else {
    console.warn("MISSING: Argo CD's own manifests, so that deploy/argocd was tried on an equivalent alone");
  }
}
const manifests: [string, string][] = [
  ["an equivalent", equivalent],
  ...(real === undefined ? [] : [["Argo CD's own", real] as [string, string]]),
];

interface Installed {
  spec: { containers: Container[]; initContainers: Container[]; volumes: Volume[] };
  buildOptions: string | undefined;
}

/** What kustomize makes of manifests with some of the components. */
function installed(text: string, components: readonly string[]): Installed {
  const folder = repository({
    "install/kustomization.yaml": `resources: [install.yaml]\ncomponents: [${components.join(", ")}]\nimages: [{name: intercept-backends, newName: mine, newTag: v1}]\n`,
    "install/install.yaml": text,
  });
  cpSync(join(root, "deploy/argocd"), join(folder, "argocd"), { recursive: true });
  const { stdout, stderr } = spawnSync(kustomize, ["build", join(folder, "install")], {
    encoding: "utf8",
    maxBuffer: 1024 ** 3,
  });
  expect(stderr).toBe("");
  const all = parseAllDocuments(stdout).map(
    (document) => document.toJS() as { kind: string; metadata: { name: string } },
  );
  const find = (kind: string, name: string): unknown =>
    all.find((one) => one.kind === kind && one.metadata.name === name);
  const server = find("Deployment", "argocd-repo-server") as { spec: { template: Pick<Installed, "spec"> } };
  const settings = find("ConfigMap", "argocd-cm") as { data?: Record<string, string> };
  return { spec: server.spec.template.spec, buildOptions: settings.data?.["kustomize.buildOptions"] };
}

const namesOf = (all: readonly { name: string }[]): string[] => all.map(({ name }) => name);

/** Expects of a container of ours that it has what it mounts, no rights, and bounds. */
function expectConfined({ spec }: Installed, container: Container | undefined): void {
  expect(container?.image).toBe("mine:v1");
  expect(namesOf(spec.volumes)).toEqual(expect.arrayContaining(namesOf(container?.volumeMounts ?? [{ name: "" }])));
  expect(new Set(namesOf(spec.volumes)).size).toBe(spec.volumes.length);
  expect(container?.securityContext).toMatchObject({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    runAsUser: 999,
  });
  expect(Object.keys(container?.resources.limits ?? {})).toEqual(["cpu", "memory"]);
}

describe.each(manifests)("on %s manifests", (_title, text) => {
  test("the sidecar stands after the repo-server, which kubectl shows the log of, with a /tmp of its own", () => {
    const it = installed(text, ["../argocd"]);
    expect(namesOf(it.spec.containers)).toEqual(["argocd-repo-server", "intercept-backends"]);
    const sidecar = it.spec.containers.at(-1);
    expectConfined(it, sidecar);
    expect(sidecar?.volumeMounts.find(({ mountPath }) => mountPath === "/tmp")?.name).toBe("intercept-backends-tmp");
    expect([namesOf(it.spec.initContainers), it.buildOptions]).toEqual([["copyutil"], undefined]);
  });

  test("the executable reaches the repo-server by an init container, and kustomize may run it", () => {
    const it = installed(text, ["../argocd/executable"]);
    expect(namesOf(it.spec.containers)).toEqual(["argocd-repo-server"]);
    expect(namesOf(it.spec.initContainers)).toEqual(["copyutil", "intercept-backends"]);
    const [, init] = it.spec.initContainers;
    expectConfined(it, init);
    expect(init?.command).toEqual(["/usr/local/bin/intercept-backends", "install", "/programs"]);
    const mount = it.spec.containers[0]?.volumeMounts.find(({ name }) => name === "intercept-backends");
    expect(mount).toMatchObject({
      mountPath: "/usr/local/bin/intercept-backends",
      subPath: "intercept-backends",
      readOnly: true,
    });
    expect(it.buildOptions).toBe("--enable-alpha-plugins --enable-exec");
  });

  test("both can be installed", () => {
    const { spec } = installed(text, ["../argocd", "../argocd/executable"]);
    expect(namesOf(spec.containers)).toEqual(["argocd-repo-server", "intercept-backends"]);
    expect(new Set(namesOf(spec.volumes)).size).toBe(spec.volumes.length);
  });
});

test("the sidecar is the same in the values for argo-helm", () => {
  const [container, volume] = read("deploy/argocd/sidecar.yaml") as { value: object }[];
  expect(read("deploy/argocd/argo-helm-values.yaml")).toEqual({
    repoServer: { extraContainers: [container?.value], volumes: [volume?.value] },
  });
});

describe("the examples", () => {
  const folder = join(freshFolder(), "metrics");
  cpSync(join(root, "examples/argocd/metrics"), folder, { recursive: true });

  test("the Application names the plugin, and its parameters reach the DaemonSet", () => {
    const { source } = (read("examples/argocd/application.yaml") as { spec: { source: Source } }).spec;
    expect(source.plugin.name).toBe("intercept-backends");
    const { status, stdout, said } = plugin(folder, { parameters: source.plugin.parameters });
    expect({ status, said, ports: portsIn(stdout) }).toEqual({ status: 0, said: [], ports: ["4317,9090"] });
    expect(stdout).toContain('excludeInboundPorts: "8888"');
  });

  test("so do those of the ApplicationSet", () => {
    const { spec } = read("examples/argocd/application-set.yaml") as {
      spec: { generators: { list: { elements: { bypass: string }[] } }[]; template: { spec: { source: Source } } };
    };
    const [element] = spec.generators[0]?.list.elements ?? [];
    const { name, parameters } = spec.template.spec.source.plugin;
    const filled = JSON.parse(
      JSON.stringify(parameters).replace("{{ .bypass }}", element?.bypass ?? ""),
    ) as typeof parameters;
    const { status, stdout } = plugin(folder, { parameters: filled });
    expect([name, status]).toEqual(["intercept-backends", 0]);
    expect(stdout).toContain(`excludeOutboundIPRanges: "10.96.0.1/32"`);
  });
});
