import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../base/finding.ts";
import { overdue, overweight } from "./bounds.ts";
import type { Environment, Operator } from "./operator.ts";
import { problem } from "./problem.ts";
import { runChild } from "./run-child.ts";
import { hideValues } from "./secret-values.ts";

/** All that running a renderer takes from its surroundings. */
export interface Surroundings {
  env: Environment;
  operator: Operator;
  /** The time on the clock of `performance` at which the call has to be over. */
  end: number;
}

/** One call of a renderer, without a shell. */
export interface Call {
  program: "kustomize" | "helm";
  args: readonly string[];
  cwd: string;
  input?: string;
  /** Variables besides those of the allow-list. */
  env?: Readonly<Record<string, string>>;
  /** True when the operator lets this call reach the network. */
  network: boolean;
  /** What must not be seen in a word of its; asked for when it has failed. */
  secrets: () => readonly string[];
}

/** Variables that are handed on. No name of an Application's is among them (`ARGOCD_ENV_`, `PARAM_`, `ARGOCD_APP_`). */
const HANDED_ON = ["PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ"];

const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];

const HANDED_ON_WITH_NETWORK = [
  ...HANDED_ON,
  ...PROXIES,
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "SSH_AUTH_SOCK",
  "GIT_SSH_COMMAND",
];

/** For a renderer that finds a way to ask for something remote after all: no git transport, and a proxy that is not there. */
const NO_NETWORK = {
  GIT_ALLOW_PROTOCOL: "none",
  HTTP_PROXY: "http://127.0.0.1:9",
  HTTPS_PROXY: "http://127.0.0.1:9",
};

/** What a renderer prints, or why it failed in one line. */
export async function runRenderer(call: Call, { env, operator, end }: Surroundings): Promise<Uint8Array | Finding> {
  const file = operator[call.program] ?? locate(call.program, env["PATH"]);
  if (file === undefined) {
    return problem(
      `${call.program} is not on PATH`,
      `install it, or name its file in INTERCEPT_BACKENDS_${call.program.toUpperCase()}`,
    );
  }
  const names = call.network ? HANDED_ON_WITH_NETWORK : HANDED_ON;
  const handedOn = names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  const ran = await runChild(
    {
      file,
      args: call.args,
      cwd: call.cwd,
      env: { ...Object.fromEntries(handedOn), ...(call.network ? {} : NO_NETWORK), ...call.env },
      input: call.input ?? "",
    },
    { time: Math.max(1, end - performance.now()), output: operator.bytes, memory: operator.memory },
  );
  switch (ran.how) {
    case "too late":
      return overdue(`${call.program} did not finish`, operator);
    case "too much memory":
      return overweight(call.program, operator);
    case "too much output":
      return problem(
        `${call.program} prints more than ${operator.bytes / 1024 / 1024} MiB`,
        "make the source smaller, or let the operator raise INTERCEPT_BACKENDS_MAX_MEGABYTES",
      );
    case "not started":
      return problem(`${call.program} cannot be started: ${ran.code}`, "see that its file can be run");
    case "exit":
      break;
  }
  if (ran.status === 0) return ran.stdout;
  const how = ran.status === null ? `was ended by ${ran.signal ?? "a signal"}` : `failed`;
  return problem(
    `${call.program} ${how}: ${oneLine(hideValues(ran.stderr, call.secrets()))}`,
    "mend the source, or see what it says by itself",
  );
}

/** The first folder of PATH that holds the program; relative ones would be folders of the repository. */
function locate(program: string, path = ""): string | undefined {
  return path
    .split(":")
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
      } catch {
        return false;
      }
    });
}

const MOST_WORDS = 1500;

function oneLine(stderr: string): string {
  const lines = stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("Use --debug flag"));
  const text = lines.join(" ").replace(/^Error: /, "");
  if (text === "") return "it gives no reason";
  return text.length > MOST_WORDS ? `${text.slice(0, MOST_WORDS)}…` : text;
}
