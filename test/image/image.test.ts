import { spawnSync } from "node:child_process";
import { copyFileSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { agent, CONFIG_MAP, pipeline } from "../argocd/manifests.ts";
import { plugin, repository } from "../argocd/plugin.ts";
import { root } from "../folders.ts";
import { unpack } from "../argocd/sidecar/box.ts";
import { serve } from "../argocd/sidecar/cmp-server.ts";
import { environmentOf, resourcesOf } from "../argocd/sidecar/plugin-server.ts";
import { commandsIn, copyOf, edit, readTree } from "../hosts/example.ts";
import { kptNewest, kptOnPath, kustomize4, kustomize5, onEach, shell, succeed } from "../hosts/host.ts";
import { runProgram } from "../program.ts";
import { buildImage } from "./build.ts";
import { newEngine, run, withEngine } from "./engine.ts";
import type { Engine } from "./engine.ts";
import { newSidecar } from "./sidecar.ts";

withEngine("the image", () => {
  let engine: Engine;
  let image: string;
  /** The image's root folder. */
  let files: string;

  beforeAll(() => {
    engine = newEngine();
    image = buildImage(engine);
    files = run(engine, ["podman", "image", "mount", image]).toString().trim();
    // For kpt and kustomize.
    Object.assign(process.env, engine.env);
  });

  afterAll(() => {
    run(engine, ["podman", "image", "unmount", image]);
    engine.close();
  });

  describe("as it is built", () => {
    test("says what it is, and starts the function as nobody", () => {
      const [{ Config }] = JSON.parse(run(engine, ["podman", "image", "inspect", image]).toString()) as [
        { Config: { User: string; Entrypoint: string[]; Cmd?: string[]; Labels: Record<string, string> } },
      ];
      const { version, license } = read("package.json") as { version: string; license: string };
      expect(Config).toMatchObject({
        User: "65534:65534",
        Entrypoint: ["/usr/local/bin/intercept-backends"],
        Labels: {
          "org.opencontainers.image.title": "intercept-backends",
          "org.opencontainers.image.version": version,
          "org.opencontainers.image.licenses": license,
        },
      });
      expect(Config.Cmd ?? []).toEqual([]);
      expect(podman(["run", "--rm", image, "--version"]).stdout).toBe(`${version}\n`);
    });

    test("can be read by everybody, and written by nobody but in /tmp", () => {
      const wrong = treeOf(files).filter(({ path, mode, isFolder }) => {
        if (path === "/tmp") return (mode & 0o7777) !== 0o1777;
        return (mode & 0o022) !== 0 || (mode & 0o005) !== (isFolder || (mode & 0o100) !== 0 ? 0o005 : 0o004);
      });
      expect(wrong).toEqual([]);
    });

    test("holds no shell, no program but its own, and the licences of each", () => {
      const inFolder = (path: string): string[] => readdirSync(join(files, path)).toSorted();
      expect(inFolder("usr/bin")).toEqual(["prlimit", "tini", "unshare"]);
      expect(inFolder("usr/local/bin")).toEqual(["helm", "intercept-backends", "kustomize"]);
      expect(
        treeOf(files)
          .filter(({ path }) => /\/(?:s?bin)$/.test(path))
          .map(({ path }) => path),
      ).toEqual(["/usr/bin", "/usr/local/bin"]);
      const licences = join(files, "usr/share/doc");
      expect(inFolder("usr/share/doc")).toEqual([
        "helm",
        "intercept-backends",
        "kustomize",
        "libc6",
        "libsmartcols1",
        "tini",
        "util-linux",
      ]);
      expect(readFileSync(join(licences, "helm/copyright"), "utf8")).toMatch(
        /^== helm\.sh\/helm\/v[34]@.*\n[^]*^== k8s\.io/m,
      );
      expect(readFileSync(join(licences, "intercept-backends/LICENSE"), "utf8")).toContain("Apache License");
      const carried = readFileSync(join(licences, "intercept-backends/intercept-backends.licenses.txt"), "utf8");
      expect(carried).toMatch(/JavaScriptCore[^]*GNU LIBRARY GENERAL PUBLIC LICENSE/);
    });

    test("has the plugin's configuration in its place", () => {
      const path = "home/argocd/cmp-server/config/plugin.yaml";
      expect(readFileSync(join(files, path), "utf8")).toBe(readFileSync(join(root, "plugin.yaml"), "utf8"));
    });

    test("has the renderers in the versions that the Dockerfile names", () => {
      expect(versionOf("kustomize")).toContain(inDockerfile("KUSTOMIZE_VERSION"));
      expect(versionOf("helm", "--short")).toContain(inDockerfile("HELM_VERSION"));
    });
  });

  describe("as a function", () => {
    /** How kustomize starts a function (kustomize: kyaml/fn/runtime/container), with nothing to write to besides. */
    const start = ["run", "--rm", "-i", "--network", "none", "--user", "nobody", "--security-opt=no-new-privileges"];
    const locked = [...start, "--read-only", "--read-only-tmpfs=false"];
    const input = readFileSync(join(root, "test/golden/decision-record-example/input.yaml"));

    test("writes what the program writes, with nothing to write to and no network", () => {
      const expected = runProgram([], input);
      expect(expected.status, expected.stderr).toBe(0);
      const { status, stdout, stderr } = podman([...locked, image], input);
      expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: expected.stdout.toString() });
    });

    test("fails as the program fails", () => {
      const broken = input.toString().replace("kind: DaemonSet", "kind: Deployment");
      const expected = runProgram([], broken);
      expect(podman([...locked, image], Buffer.from(broken))).toEqual({
        status: expected.status,
        stdout: expected.stdout.toString(),
        stderr: expected.stderr,
      });
      expect(expected.status).toBe(1);
    });
  });

  onEach([kptOnPath, kptNewest], (kpt) => {
    const [render = ""] = commandsIn("kpt", "kpt fn render");
    const evaluate = commandsIn("kpt", "kpt fn eval").filter((command) =>
      command.includes("--exec intercept-backends"),
    );

    test("fn render gives what the executable gives", () => {
      const [expected, actual] = [copyOf("kpt"), copyOf("kpt")];
      succeed(kpt, render, expected.cwd);
      edit(join(actual.folder, "Kptfile"), "exec: intercept-backends", `image: ${image}`);
      succeed(kpt, render.replace(" --allow-exec", ""), actual.cwd);
      edit(join(actual.folder, "Kptfile"), `image: ${image}`, "exec: intercept-backends");
      expect(readTree(actual.folder)).toEqual(readTree(expected.folder));
    });

    test.each(evaluate)("%s gives the same with an image", (command) => {
      const [expected, actual] = [copyOf("kpt"), copyOf("kpt")];
      succeed(kpt, command, expected.cwd);
      succeed(kpt, command.replace("--exec intercept-backends", `-i ${image}`), actual.cwd);
      expect(readTree(actual.folder)).toEqual(readTree(expected.folder));
    });

    test("fn render shows why it fails, and changes nothing", () => {
      const { cwd, folder } = copyOf("kpt");
      edit(join(folder, "Kptfile"), "exec: intercept-backends", `image: ${image}`);
      edit(join(folder, "fn-config.yaml"), "spec:\n", "spec:\n  traficInterception: On\n");
      const before = readTree(folder);
      const { status, stderr } = shell(kpt, render, cwd);
      expect(status).not.toBe(0);
      expect(stderr).toContain("trafficInterception");
      expect(readTree(folder)).toEqual(before);
    });
  });

  onEach([kustomize4, kustomize5], (kustomize) => {
    test("build gives what the executable gives", () => {
      const [command = ""] = commandsIn("kustomize", "kustomize build");
      const [expected, actual] = [copyOf("kustomize"), copyOf("kustomize")];
      const config = join(actual.folder, "overlay/intercept-backends.yaml");
      edit(config, "exec:\n        path: intercept-backends", `container:\n        image: ${image}`);
      const output = succeed(kustomize, command.replace(" --enable-exec", ""), actual.cwd);
      expect(output).toBe(succeed(kustomize, command, expected.cwd));
      expect(output).toContain("includeOutboundPorts");
    });
  });

  describe("as the sidecar of deploy/argocd", () => {
    const path = "apps/metrics";
    const folder = { "apps/metrics/agent.yaml": agent(), "apps/metrics/pipeline.yaml": pipeline() };
    const sources = {
      folder,
      kustomization: {
        ...folder,
        "apps/metrics/kustomization.yaml": "resources: [agent.yaml, pipeline.yaml, ../../base]\n",
        "base/kustomization.yaml": "resources: [words.yaml]\n",
        "base/words.yaml": CONFIG_MAP,
      },
      chart: {
        "apps/metrics/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\nkubeVersion: '>=1.31'\n",
        "apps/metrics/values.yaml": "port: 4317\n",
        "apps/metrics/templates/agent.yaml": agent(),
        "apps/metrics/templates/pipeline.yaml": pipeline().replace(":4317", ":{{ .Values.port }}"),
        "apps/metrics/templates/words.yaml": CONFIG_MAP.replace(
          "words",
          "{{ .Release.Name }}-{{ .Release.Namespace }}",
        ),
      },
    };
    const { generate, parameters } = (
      read("plugin.yaml") as { spec: Record<"generate", Command> & { parameters: Record<"dynamic", Command> } }
    ).spec;

    /** The exec form, with the image's renderers. */
    const onThisMachine = (repo: string, args: string[]) =>
      plugin(join(repo, path), {
        args,
        env: {
          ...environmentOf({ repository: repo, path }),
          INTERCEPT_BACKENDS_KUSTOMIZE: join(files, "usr/local/bin/kustomize"),
          INTERCEPT_BACKENDS_HELM: join(files, "usr/local/bin/helm"),
        },
      });

    /** A command of plugin.yaml in a copy of a repository, in place of Argo CD's server. */
    const inSidecar = (repo: string, { command }: Command) => {
      const sidecar = newSidecar();
      unpack(repo, join(sidecar.volume("/tmp"), "copy"));
      const env = environmentOf({ repository: repo, path });
      return podman(sidecar.start(image, command, { cwd: join("/tmp/copy", path), env }));
    };

    test.each(Object.entries(sources))("generates a %s as the program does on this machine", (_kind, source) => {
      const repo = repository(source);
      const expected = onThisMachine(repo, ["generate"]);
      expect(expected.stdout).toContain('includeOutboundPorts: "4317"');
      expect(inSidecar(repo, generate)).toEqual({ status: 0, stdout: expected.stdout, stderr: "" });
    });

    test("announces the parameters as the program does on this machine", () => {
      const repo = repository(sources.kustomization);
      const expected = onThisMachine(repo, ["parameters"]);
      expect(expected.stdout).toContain("agent.name");
      expect(inSidecar(repo, parameters.dynamic)).toEqual({ status: 0, stdout: expected.stdout, stderr: "" });
    });

    test("tells charts the version of helm, and its Kubernetes where nobody says another", () => {
      const versions = "{{ .Capabilities.HelmVersion.Version }} {{ .Capabilities.KubeVersion.Version }}";
      const repo = repository({
        ...sources.chart,
        "apps/metrics/templates/words.yaml": CONFIG_MAP.replace("hello", versions),
      });
      const { stdout } = podman(["run", "--rm", "--volume", `${repo}:/repo`, image, "generate", join("/repo", path)]);
      const [, helm, kubernetes] = /greeting: +"(\S+) (\S+)"/.exec(stdout) ?? [];
      expect(helm).toBe(inDockerfile("HELM_VERSION"));
      // What a helm says that was built without the version.
      expect(kubernetes).not.toBe("v1.20.0");
    });

    const servers = (process.env["ARGOCD_CMP_SERVER"] ?? "").split(delimiter).filter((file) => file !== "");
    if (servers.length === 0)
      console.warn("MISSING: Argo CD's own plugin server, so that the image was not tried with it");
    test.skipIf(servers.length === 0).each(servers)("runs Argo CD's own plugin server, %s", async (server) => {
      const sidecar = newSidecar();
      copyFileSync(server, join(sidecar.volume("/var/run/argocd"), "argocd-cmp-server"));
      const name = "sidecar";
      const args = sidecar.start(image, ["/var/run/argocd/argocd-cmp-server"], { name });
      const socket = join(sidecar.volume("/home/argocd/cmp-server/plugins"), "intercept-backends.sock");
      const serving = await serve("podman", args, { ...engine.env }, socket);
      try {
        const repo = repository(sources.kustomization);
        const manifests = await serving.generate({ repository: repo, path });
        expect(resourcesOf(manifests).map(({ kind }) => kind)).toEqual(["ConfigMap", "DaemonSet", "MetricPipeline"]);
        const announced = await serving.parameters({ repository: repo, path });
        expect(announced.map(({ name: parameter }) => parameter)).toContain("agent.name");
      } finally {
        run(engine, ["podman", "rm", "--force", name]);
        await serving.stop();
      }
    });
  });

  function versionOf(name: string, ...args: string[]): string {
    return podman(["run", "--rm", "--entrypoint", `/usr/local/bin/${name}`, image, "version", ...args]).stdout;
  }

  function podman(args: readonly string[], input: Buffer = Buffer.alloc(0)) {
    const env = { ...process.env, ...engine.env };
    const ran = spawnSync("podman", args, { input, env, encoding: "utf8", maxBuffer: 1024 ** 3 });
    if (ran.error) throw ran.error;
    return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  }
});

/** A command of plugin.yaml. */
interface Command {
  command: string[];
}

/** The default of a build argument. */
function inDockerfile(name: string): string {
  return new RegExp(`^ARG ${name}=(.*)$`, "m").exec(readFileSync(join(root, "Dockerfile"), "utf8"))?.[1] ?? "";
}

function read(path: string): unknown {
  return parse(readFileSync(join(root, path), "utf8"));
}

/** All files and folders below one, by their paths from it. */
function treeOf(folder: string): { path: string; mode: number; isFolder: boolean }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    return entry.isSymbolicLink()
      ? []
      : [{ path: path.slice(folder.length), mode: lstatSync(path).mode, isFolder: entry.isDirectory() }];
  });
}
