import { spawnSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { portsIn } from "./manifests.ts";
import { freshFolder, root } from "../folders.ts";
import { kustomize, plugin, repository } from "./plugin.ts";

interface Container {
  name: string;
  image: string;
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

/** The repo-server as Argo CD's own manifests have it, as far as a sidecar needs it. */
const repoServer = `apiVersion: apps/v1
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
      volumes:
      - {name: var-files, emptyDir: {}}
      - {name: plugins, emptyDir: {}}
`;

function read(path: string): unknown {
  return parse(readFileSync(join(root, path), "utf8"));
}

describe("the sidecar", () => {
  const folder = repository({
    "install/kustomization.yaml":
      "resources: [repo-server.yaml]\ncomponents: [../argocd]\nimages: [{name: intercept-backends, newName: mine, newTag: v1}]\n",
    "install/repo-server.yaml": repoServer,
  });
  cpSync(join(root, "deploy/argocd"), join(folder, "argocd"), { recursive: true });
  const built = spawnSync(kustomize, ["build", join(folder, "install")], { encoding: "utf8" });
  const { spec } = (
    parse(built.stdout) as { spec: { template: { spec: { containers: Container[]; volumes: Volume[] } } } }
  ).spec.template;
  const sidecar = spec.containers.find(({ name }) => name === "intercept-backends");

  test("stands beside the repo-server, with the image that the operator sets", () => {
    expect(spec.containers.map(({ name }) => name).toSorted()).toEqual(["argocd-repo-server", "intercept-backends"]);
    expect(sidecar?.image).toBe("mine:v1");
  });

  test("has every volume that it mounts, and a /tmp of its own", () => {
    const volumes = spec.volumes.map(({ name }) => name);
    expect(volumes).toEqual(expect.arrayContaining(sidecar?.volumeMounts.map(({ name }) => name) ?? [""]));
    expect(sidecar?.volumeMounts.find(({ mountPath }) => mountPath === "/tmp")?.name).toBe("intercept-backends-tmp");
  });

  test("has no rights and bounds", () => {
    expect(sidecar?.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: 999,
    });
    expect(Object.keys(sidecar?.resources.limits ?? {})).toEqual(["cpu", "memory"]);
  });

  test("is the same in the values for argo-helm", () => {
    const patch = read("deploy/argocd/repo-server.yaml") as { spec: { template: { spec: object } } };
    const { containers, volumes } = patch.spec.template.spec as { containers: Container[]; volumes: Volume[] };
    expect(read("deploy/argocd/argo-helm-values.yaml")).toEqual({
      repoServer: { extraContainers: containers, volumes },
    });
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
