import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../folders.ts";
import { agent, pipeline } from "./manifests.ts";
import { expectRefusal, plugin, processesWith, repository, startOf, until } from "./plugin.ts";

const sources = {
  "agent.yaml": agent(),
  "pipeline.yaml": pipeline(),
  "kustomization.yaml": "resources: [agent.yaml, pipeline.yaml]\n",
};

/** A kustomize that is a script; `$0.inner` is one that it may start. */
function renderer(script: string, inner = ""): string {
  const file = join(freshFolder(), "kustomize");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  writeFileSync(`${file}.inner`, `#!/bin/sh\n${inner}\n`);
  for (const path of [file, `${file}.inner`]) chmodSync(path, 0o755);
  return file;
}

/** A call in a process group of its own, as Argo CD starts it, whose temporary files go to a folder of its own. */
interface Running {
  caller: ChildProcess;
  temporary: string;
  /** The processes of the call: those of ours from the caller down, and those of the renderer. */
  ours: () => number[];
  renderers: () => number[];
}

function start(kustomize: string, env: Readonly<Record<string, string>> = {}): Running {
  const cwd = repository(sources);
  const temporary = freshFolder();
  const call = startOf({
    args: ["generate", cwd],
    env: { INTERCEPT_BACKENDS_KUSTOMIZE: kustomize, TMPDIR: temporary, ...env },
  });
  const caller = spawn(call.command, call.argv, { cwd, env: call.env, detached: true, stdio: "ignore" });
  return {
    caller,
    temporary,
    ours: () => processesWith(cwd).map(Number),
    renderers: () => processesWith(kustomize).map(Number),
  };
}

/** The number of the parent of a process. */
function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return Number(stat.slice(stat.lastIndexOf(")") + 4).split(" ")[0]);
}

/** The chain of our processes: caller, keeper, worker. */
function chain({ caller, ours }: Running): [number, number, number] {
  const first = caller.pid ?? 0;
  const [second = 0] = ours().filter((pid) => parentOf(pid) === first);
  const [third = 0] = ours().filter((pid) => parentOf(pid) === second);
  return [first, second, third];
}

/** A renderer that leaves a file behind, starts another one and an orphan, hears no signal, and never ends. */
const stubborn = [
  `trap '' TERM HUP INT; echo left >"$TMPDIR/left"; mkdir "$TMPDIR/folder"; "$0.inner" & ( "$0.inner" & ); "$0.inner"`,
  `trap '' TERM HUP INT; while :; do sleep 1; done`,
] as const;

describe.skipIf(process.platform !== "linux")("a call leaves no process and no temporary file", () => {
  test.each<[string, (running: Running) => void]>([
    ["its caller is killed", ({ caller }) => caller.kill("SIGKILL")],
    ["its keeper is killed", (running) => process.kill(chain(running)[1], "SIGKILL")],
    ["its worker is killed", (running) => process.kill(chain(running)[2], "SIGKILL")],
    ["its group is killed", ({ caller }) => process.kill(-(caller.pid ?? 0), "SIGKILL")],
    ["the keeper's group is killed", (running) => process.kill(-chain(running)[1], "SIGKILL")],
    ["it gets SIGTERM", ({ caller }) => caller.kill("SIGTERM")],
    ["its group gets SIGTERM", ({ caller }) => process.kill(-(caller.pid ?? 0), "SIGTERM")],
    ["a person interrupts it", ({ caller }) => caller.kill("SIGINT")],
    ["Argo CD ends it", ({ caller }) => (caller.kill("SIGKILL"), process.kill(-(caller.pid ?? 0), "SIGTERM"))],
  ])("when %s", async (_how, end) => {
    const running = start(renderer(...stubborn));
    await until(() => running.renderers().length >= 4);
    expect(readdirSync(running.temporary)).toHaveLength(1);
    end(running);
    if (running.caller.exitCode === null && running.caller.signalCode === null) await once(running.caller, "exit");
    await until(() => running.ours().length === 0 && running.renderers().length === 0);
    await until(() => readdirSync(running.temporary).length === 0);
  });

  test("at the deadline, in a sentence", () => {
    const [kustomize, temporary] = [renderer(...stubborn), freshFolder()];
    const env = {
      INTERCEPT_BACKENDS_KUSTOMIZE: kustomize,
      INTERCEPT_BACKENDS_DEADLINE_SECONDS: "2",
      TMPDIR: temporary,
    };
    expectRefusal(plugin(repository(sources), { env }), /^source: kustomize did not finish within 2 s; /);
    expect([processesWith(kustomize), readdirSync(temporary)]).toEqual([[], []]);
  });

  test("when a renderer ends before what it has started", () => {
    const kustomize = renderer(
      `echo left >"$TMPDIR/left"; "$0.inner" >/dev/null 2>&1 & cat agent.yaml; echo ---; cat pipeline.yaml`,
      stubborn[1],
    );
    const temporary = freshFolder();
    const { status, said } = plugin(repository(sources), {
      env: { INTERCEPT_BACKENDS_KUSTOMIZE: kustomize, TMPDIR: temporary },
    });
    expect([status, said, processesWith(kustomize), readdirSync(temporary)]).toEqual([0, [], [], []]);
  });

  test("and does without a folder where none can be made", () => {
    const { "kustomization.yaml": _, ...folder } = sources;
    expect(plugin(repository(folder), { env: { TMPDIR: "/nonexistent" } })).toMatchObject({ status: 0, said: [] });
  });
});

describe.skipIf(process.platform !== "linux")("the bounds of a renderer", () => {
  const greedy = `exec "${process.execPath}" -e "const all = []; setInterval(() => all.push(Buffer.alloc(3e7, 1)), 10)"`;

  test("hold for what it starts, together", () => {
    // Each of the three stays below the bound.
    const third = greedy.replace("all.push", "all.length < 8 && all.push");
    const kustomize = renderer(`"$0.inner" & ( "$0.inner" & ); "$0.inner"`, third);
    expectRefusal(
      plugin(repository(sources), { env: { INTERCEPT_BACKENDS_KUSTOMIZE: kustomize } }),
      /^source: kustomize takes more than 512 MiB of memory; .*INTERCEPT_BACKENDS_MAX_MEMORY_MEGABYTES/,
    );
    expect(processesWith(kustomize)).toEqual([]);
  });

  test.skipIf(!existsSync("/usr/bin/prlimit"))("are the kernel's, too, for when nobody is left to watch", () => {
    const seen = join(freshFolder(), "seen");
    const kustomize = renderer(`"$0.inner"`, `{ ulimit -v; ulimit -t; ulimit -c; } >${seen}; exit 1`);
    const env = { INTERCEPT_BACKENDS_KUSTOMIZE: kustomize, INTERCEPT_BACKENDS_MAX_MEMORY_MEGABYTES: "1024" };
    expect(plugin(repository(sources), { env }).status).toBe(1);
    const [memory = 0, time = 0, core] = readFileSync(seen, "utf8").trim().split("\n").map(Number);
    expect([memory, core]).toEqual([3 * 1024 * 1024, 0]);
    expect(time).toBeGreaterThan(60);
    expect(time).toBeLessThanOrEqual(91);
  });

  test("are said where the kernel holds them", () => {
    const kustomize = renderer("echo 'fatal error: runtime: cannot allocate memory' >&2; exit 2");
    expectRefusal(
      plugin(repository(sources), { env: { INTERCEPT_BACKENDS_KUSTOMIZE: kustomize } }),
      /^source: kustomize takes more than 512 MiB of memory; /,
    );
  });

  test("hold for what it says", () => {
    const kustomize = renderer("head -c 100000000 /dev/zero | tr '\\0' x >&2; exit 1");
    const ran = plugin(repository(sources), { env: { INTERCEPT_BACKENDS_KUSTOMIZE: kustomize } });
    expectRefusal(ran, /^source: kustomize failed/);
    expect(ran.said[0]?.length).toBeLessThan(2000);
  });

  test("hold for what is said in all: errors first, in so many lines of so many characters", () => {
    const broken = pipeline("p".repeat(5000)).replace(":4317", "");
    const many = Array.from({ length: 300 }, (_, at) => broken.replace("name: p", `name: p${at}`)).join("---\n");
    const { said } = plugin(repository({ "agent.yaml": agent(), "pipelines.yaml": many }));
    expect([said.length, said[100]]).toEqual([101, "and 200 more"]);
    expect(Math.max(...said.map((line) => line.length))).toBe(2001);
  });
});
