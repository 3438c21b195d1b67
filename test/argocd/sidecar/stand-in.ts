import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { newBox, unpack } from "./box.ts";
import { environmentOf } from "./plugin-server.ts";
import type { Announced, Application, PluginServer } from "./plugin-server.ts";

interface PluginConfig {
  spec: {
    generate: { command: string[] };
    discover?: object;
    provideGitCreds?: boolean;
    parameters: { static: Partial<Announced>[]; dynamic: { command: string[] } };
  };
}

/** How long before the caller's deadline a command is ended (argo-cd: cmpserver/plugin/plugin.go, cmpTimeoutBuffer). */
const BEFORE_DEADLINE = 100;
/** How long a process group gets between SIGTERM and SIGKILL (there, cleanupTimeout). */
const GRACE = 5000;

/**
 * What stands for argocd-cmp-server where it cannot be had: the commands of plugin.yaml, run as it runs them, in the same
 * box (argo-cd: cmpserver/plugin/plugin.go).
 */
export function startStandIn(settings: Readonly<Record<string, string>> = {}): PluginServer {
  const box = newBox();
  const { spec } = parse(readFileSync(join(box.tmp, "config/plugin.yaml"), "utf8")) as PluginConfig;

  const runIn = async (argv: readonly string[], application: Application): Promise<string> => {
    const name = randomUUID();
    const folder = join(box.tmp, name);
    unpack(application.repository, folder);
    try {
      const [command, args] = box.enter(join("/tmp", name, application.path), argv);
      const env = { ...box.env, ...settings, ...environmentOf(application) };
      return await run(command, args, env, argv, application.deadline ?? 60_000);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  return {
    async generate(application) {
      const output = await runIn(spec.generate.command, application);
      // A stream that begins like JSON is taken for nothing but JSON (apimachinery: util/yaml, NewYAMLOrJSONDecoder).
      if (output.trimStart().startsWith("{")) return [JSON.stringify(JSON.parse(output))];
      return parseAllDocuments(output).flatMap((document) => {
        const [error] = document.errors;
        if (error) throw new Error(`failed to unmarshal manifest: ${error.message}`);
        const value: unknown = document.toJS();
        return value === null || value === undefined ? [] : [JSON.stringify(value)];
      });
    },
    async parameters(application) {
      const found = JSON.parse(await runIn(spec.parameters.dynamic.command, application)) as Partial<Announced>[];
      const whole = { name: "", title: "", string: "", array: [] };
      return [...found, ...spec.parameters.static].map((one) => ({ ...whole, ...one }));
    },
    configuration: () =>
      Promise.resolve({
        isDiscoveryConfigured: spec.discover !== undefined,
        provideGitCreds: spec.provideGitCreds ?? false,
      }),
    matches: () => Promise.resolve({ isSupported: false, isDiscoveryEnabled: spec.discover !== undefined }),
    stop: () => Promise.resolve(rmSync(dirname(box.tmp), { recursive: true, force: true })),
  };
}

function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  shown: readonly string[],
  deadline: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { detached: true, env, stdio: ["ignore", "pipe", "pipe"] });
    const group = -(child.pid ?? 0);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      endGroup(group, "SIGTERM");
      setTimeout(() => endGroup(group, "SIGKILL"), GRACE);
    }, deadline - BEFORE_DEADLINE);
    child.on("error", reject);
    child.on("close", (status, signal) => {
      clearTimeout(late);
      if (status === 0) return resolve(stdout);
      const how = signal === "SIGKILL" ? "signal: killed" : `exit status ${status}`;
      return reject(new Error(`\`${shown.join(" ")}\` failed ${how}: ${stderr.trim()}`));
    });
  });
}

function endGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
