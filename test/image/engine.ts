import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";

/** The programs that build and run the image, and make a base for it. */
const PROGRAMS = ["buildah", "podman", "runc", "debootstrap", "go"] as const;

/** podman and buildah with a storage of their own, so that nothing of the machine's is used or left behind. */
export interface Engine {
  /** Where it keeps everything. */
  folder: string;
  /** What any program needs that calls podman, also by the name of docker. */
  env: Readonly<Record<string, string>>;
  close(): void;
}

/** Defines tests that need an engine; where there can be none they are skipped loudly, or fail with `REQUIRE_HOSTS=1`. */
export function withEngine(title: string, tests: () => void): void {
  const obstacle = whyNoEngine();
  if (obstacle === undefined) {
    describe(title, tests);
  } else if (process.env["REQUIRE_HOSTS"] === "1") {
    test(`${title}: can be built here`, () => expect.unreachable(obstacle));
  } else {
    console.warn(`MISSING: what builds and runs the image, so that it was not tested: ${obstacle}`);
    describe.skip(title, tests);
  }
}

function whyNoEngine(): string | undefined {
  if (process.getuid?.() !== 0) return "this is not run as root";
  const missing = PROGRAMS.filter((name) => spawnSync("sh", ["-c", `command -v ${name}`]).status !== 0);
  return missing.length === 0 ? undefined : `there is no ${missing.join(", no ")} on PATH`;
}

/**
 * Sets an engine up. Plain copies for layers and cgroups without systemd work in a container or a sandbox too, where
 * this may have to run.
 */
export function newEngine(): Engine {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "intercept-backends-image-"));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const podman = spawnSync("sh", ["-c", "command -v podman"], { encoding: "utf8" }).stdout.trim();
  // kustomize knows containers by the name of docker alone.
  symlinkSync(podman, join(bin, "docker"));
  return {
    folder,
    env: {
      PATH: [bin, process.env["PATH"]].join(delimiter),
      KPT_FN_RUNTIME: "podman",
      CONTAINERS_CONF: file(
        "containers.conf",
        `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "none"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
tmp_dir = "${folder}/run"
`,
      ),
      CONTAINERS_STORAGE_CONF: file(
        "storage.conf",
        `[storage]
driver = "vfs"
graphroot = "${folder}/images"
runroot = "${folder}/containers"
`,
      ),
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs a program with the engine's settings and gives what it wrote to standard output; throws when it fails. */
export function run(engine: Engine, argv: readonly string[], input?: Buffer): Buffer {
  const [command = "", ...args] = argv;
  const ran = spawnSync(command, args, {
    env: { ...process.env, ...engine.env },
    maxBuffer: 1024 ** 3,
    ...(input === undefined ? {} : { input }),
  });
  if (ran.error) throw ran.error;
  if (ran.status !== 0) throw new Error(`${argv.join(" ")}\n${String(ran.stdout)}${String(ran.stderr)}`);
  return ran.stdout;
}
