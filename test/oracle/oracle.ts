import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { root } from "../folders.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** How a text is to be read: as documents of one resource each, or as one ResourceList. */
export type Form = "manifests" | "resource list";

/** The same, or YAML in a string. */
type Asked = Form | "document";

/** What Go programs read in a text; main.go says what each field means. */
export interface Answer {
  kubernetes: {
    refusals: string[] | null;
    resources: { data: unknown; strict: boolean }[] | null;
    functionConfig?: unknown;
    duplicates: boolean;
  };
  kyaml: { refusal?: string; resources: Identity[] | null; functionConfig?: unknown };
  places: { starts: number[] | null; end: number };
}

/** What names a resource; "" for what is not there. */
export interface Identity {
  apiVersion: string;
  kind: string;
  name: string;
  namespace: string;
}

/** The running Go program. */
export interface Oracle {
  ask(form: Asked, text: Buffer): Promise<Answer>;
  stop(): void;
}

/** Builds the Go program of a folder, unless this very one has been built before; its path, or why there is none. */
export async function buildOracle(source = folder): Promise<{ program: string } | { missing: string }> {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum", "main.go"]) hash.update(readFileSync(join(source, file)));
  const cache = join(root, "node_modules/.cache/oracle");
  const program = join(cache, hash.digest("hex").slice(0, 16));
  if (existsSync(program)) return { program };
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, "build-"));
  try {
    await promisify(execFile)("go", ["build", "-trimpath", "-o", join(fresh, "oracle"), "."], { cwd: source });
    // Moved only when it is whole, so that a build that was cut short is not taken for a program.
    renameSync(join(fresh, "oracle"), program);
    return { program };
  } catch (error) {
    return { missing: String(error) };
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Starts the Go program for resources. */
export function startOracle(program: string): Oracle {
  const lines = startLines<Answer>(program);
  return {
    ask: async (form, text) => lines.ask({ form, text: text.toString("base64") }),
    stop: () => lines.stop(),
  };
}

/** Starts a program that answers each line of JSON by one, in the order of the questions. */
export function startLines<Reply>(program: string): { ask(question: object): Promise<Reply>; stop(): void } {
  const child = spawn(program, [], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting: { resolve: (answer: Reply) => void; reject: (error: Error) => void }[] = [];
  createInterface({ input: child.stdout, crlfDelay: Infinity }).on("line", (line) => {
    waiting.shift()?.resolve(JSON.parse(line) as Reply);
  });
  const stopped = (): void => {
    for (const { reject } of waiting.splice(0)) reject(new Error("the oracle has stopped"));
  };
  child.on("exit", stopped);
  // A program that stops says so by its exit.
  child.stdin.on("error", stopped);
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(question)}\n`);
      }),
    stop: () => child.stdin.end(),
  };
}
