import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generate } from "../../src/argocd/generate.ts";
import { freshFolder } from "../folders.ts";
import { kustomize4, kustomize5, onEach } from "../hosts/host.ts";
import { helmFor, repository, startOf } from "./plugin.ts";
import { hostileRepositories, type Hostile, type Outside } from "./wall.ts";

const INSIDE = "in-the-file-outside";
const TOKEN = "tok-3n-that-is-not-to-be-seen";

let connections = 0;
const listener = createServer((socket) => {
  connections += 1;
  socket.destroy();
});
const outside = freshFolder();

/** What each entry came to, by its group. */
const outcomes: { group: string; outcome: "refused" | "rendered"; milliseconds: number }[] = [];

beforeAll(async () => {
  await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
  entries = hostileRepositories(around());
  for (const name of ["x.yaml", "kustomization.yaml"]) writeFileSync(join(outside, name), `${INSIDE}: 1\n`);
});

afterAll(() => {
  listener.close();
  const groups = [...new Set(outcomes.map(({ group }) => group))];
  const rows = groups.map((group) => {
    const own = outcomes.filter((each) => each.group === group);
    const refused = own.filter(({ outcome }) => outcome === "refused").length;
    const times = own.map(({ milliseconds }) => milliseconds).toSorted((one, other) => one - other);
    const time = `median ${times[times.length >> 1]} ms, longest ${times.at(-1)} ms`;
    return `${group}: ${own.length}, refused ${refused}, rendered without harm ${own.length - refused}, ${time}`;
  });
  if (process.env["WALL_TABLE"] === "1") console.warn(rows.join("\n"));
});

/** Where things are, seen from an application; the port is known when the tests run. */
function around(): Outside {
  const absolute = join(outside, "x.yaml");
  const { port } = (listener.address() ?? { port: 1 }) as AddressInfo;
  const fromApp = relative(join(dirname(outside), "repository/app"), absolute);
  return { absolute, relative: fromApp, url: `http://127.0.0.1:${port}`, token: TOKEN };
}

const titles = hostileRepositories({ absolute: "/x", relative: "x", url: "http://x", token: TOKEN });
let entries: Hostile[] = [];

test("there are enough of them, each with a title of its own", () => {
  expect(new Set(titles.map(({ title }) => title)).size).toBe(titles.length);
  expect(titles.length).toBeGreaterThan(150);
});

onEach([kustomize5, kustomize4], (host) => {
  const helm = helmFor(host);
  test.concurrent.for(titles.map(({ title }, at) => [title, at] as const))("%s", async ([, at]) => {
    const folder = repository({});
    const app = join(folder, "app");
    const entry = entries[at] as Hostile;
    const isForHelm = /helm|chart/i.test(entry.title);
    if (helm === undefined && isForHelm) return;
    write(folder, entry, dirname(around().relative));
    const start = performance.now();
    const ran = await run(app, host.file, helm);
    const outcome = ran.status === 0 ? "rendered" : "refused";
    outcomes.push({ group: entry.group, outcome, milliseconds: Math.round(performance.now() - start) });
    const printed = ran.stdout + ran.stderr;
    expect(printed).not.toContain(INSIDE);
    expect(printed).not.toContain(TOKEN);
    expect(existsSync(join(app, "pwned"))).toBe(false);
    expect(connections).toBe(0);
    if (ran.status === 0) expect(entry.refusal, printed).toBeUndefined();
    else expect(ran.stdout).toBe("");
    if (entry.refusal) expect(ran.stderr).toMatch(entry.refusal);
    rmSync(folder, { recursive: true });
  });
});

/** `../../outside` stands for the folder outside. */
function write(folder: string, { files, links = {} }: Hostile, out: string): void {
  const all = { ...files, "app/pwn.sh": "#!/bin/sh\ntouch pwned\n" };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    const written = typeof content === "string" ? content.replaceAll("../../outside", out) : content;
    writeFileSync(join(folder, path), written, { mode: 0o755 });
  }
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(target, join(folder, path));
  }
}

interface Ran {
  status: number;
  stdout: string;
  stderr: string;
}

/** By the executable, if there is one to test; else in this process, since most is refused before anything is started. */
async function run(cwd: string, kustomize: string, helm: string | undefined): Promise<Ran> {
  const own = {
    INTERCEPT_BACKENDS_KUSTOMIZE: kustomize,
    INTERCEPT_BACKENDS_HELM: helm ?? "",
    INTERCEPT_BACKENDS_ALLOW_KUSTOMIZE_HELM: "true",
  };
  const call = startOf({ env: own, parameters: [{ name: "missing.agent", string: "Allow" }] });
  if (process.env["INTERCEPT_BACKENDS"] === undefined) {
    const { failed, output, lines } = await generate(cwd, call.env);
    return { status: failed ? 1 : 0, stdout: Buffer.concat(output).toString("utf8"), stderr: lines.join("\n") };
  }
  return new Promise((done) => {
    execFile(call.command, call.argv, { cwd, env: call.env, maxBuffer: 1024 ** 3 }, (error, stdout, stderr) => {
      done({ status: error === null ? 0 : 1, stdout, stderr });
    });
  });
}
