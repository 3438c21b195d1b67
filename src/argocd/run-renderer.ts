import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { problem, type Finding } from "../base/finding.ts";
import type { NamedFile } from "../stream/parts.ts";
import { MIB, overdue, overweight, type Environment, type Operator } from "./operator.ts";
import { runAlone } from "./run-alone.ts";
import { reasonOf, type GivenFile } from "./renderer-words.ts";

/** What a source was rendered to: its own files, or what a renderer printed. */
export interface Rendered {
  files: readonly NamedFile[];
  /** What it is called where no file is known. */
  name: string;
  /** True where the files are those of the person who wrote the source, so that lines of them mean something. */
  areSources: boolean;
  /** What the person who wrote the source should know of what was left out. */
  warnings?: readonly Finding[];
}

/** What a source was rendered to, or why it was not. */
export type Rendering = Rendered | Finding[];

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
  /** What it is given, for what may be shown of its error messages; asked for when it has failed. */
  files: () => readonly GivenFile[];
}

/** Variables that are handed on. No name of an Application's is among them (`ARGOCD_ENV_`, `PARAM_`, `ARGOCD_APP_`). */
const HANDED_ON = ["PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ"];
const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
const TRUST = ["SSL_CERT_FILE", "SSL_CERT_DIR", "SSH_AUTH_SOCK", "GIT_SSH_COMMAND"];

/** For a renderer that finds a way to ask for something remote after all: no git transport, and a proxy that is not there. */
const NO_NETWORK = {
  GIT_ALLOW_PROTOCOL: "none",
  HTTP_PROXY: "http://127.0.0.1:9",
  HTTPS_PROXY: "http://127.0.0.1:9",
};

const SHARED: Finding = {
  severity: "warning",
  cause: "the renderer shares the network of this pod, because the kernel or the image allows no network of its own",
  remedy:
    "allow user namespaces and have /usr/bin/unshare in the image, or know that only what was checked keeps it from connecting",
};

/** What a renderer prints, or why it failed in one line. */
export async function runRenderer(call: Call, { env, operator, end }: Surroundings): Promise<Rendering> {
  const { program, args, cwd, network, files } = call;
  const file = operator[program] ?? locate(program, env["PATH"]);
  if (file === undefined) {
    const remedy = `install it, or name its file in INTERCEPT_BACKENDS_${program.toUpperCase()}`;
    return [problem(`${program} is not on PATH`, remedy)];
  }
  const names = network ? [...HANDED_ON, ...PROXIES, ...TRUST] : HANDED_ON;
  const handedOn = names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  const { ran, isShared } = await runAlone(network, {
    file,
    args,
    cwd,
    env: { ...Object.fromEntries(handedOn), ...(network ? {} : NO_NETWORK), ...call.env },
    input: call.input ?? "",
    bounds: { time: Math.max(1, end - performance.now()), output: operator.bytes, memory: operator.memory },
  });
  switch (ran.how) {
    case "too late":
      return [overdue(program, operator)];
    case "too much memory":
      return [overweight(program, operator)];
    case "too much output": {
      const remedy = "make the source smaller, or let the operator raise INTERCEPT_BACKENDS_MAX_MEGABYTES";
      return [problem(`${program} prints more than ${operator.bytes / MIB} MiB`, remedy)];
    }
    case "not started":
      return [problem(`${program} cannot be started: ${ran.code}`, "see that its file can be run")];
    case "exit": {
      const name = `${program} ${args[0]}`;
      if (ran.status === 0) {
        // On a laptop there is no repo-server whose loopback it could reach.
        const warnings = isShared && env["ARGOCD_APP_NAME"] !== undefined ? [SHARED] : [];
        return { files: [{ path: name, bytes: ran.stdout }], name, areSources: false, warnings };
      }
      if (ran.signal === "SIGKILL" || ran.signal === "SIGXCPU") {
        const cause = `${program} was ended by ${ran.signal}, for too much time or memory`;
        const settings = "INTERCEPT_BACKENDS_DEADLINE_SECONDS, INTERCEPT_BACKENDS_MAX_MEMORY_MEGABYTES";
        return [
          problem(cause, `make the source simpler, or let the operator raise ${settings} or the sidecar's limit`),
        ];
      }
      const how = ran.status === null ? `was ended by ${ran.signal ?? "a signal"}` : `failed`;
      const reason = reasonOf(ran.stderr, files());
      if (reason) return [problem(`${program} ${how}: ${reason.words}`, reason.remedy ?? "correct the source")];
      const cause = `${program} ${how}, and what it says is not shown, since it may quote a Secret`;
      return [problem(cause, `see what ${program} says by itself`)];
    }
  }
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
