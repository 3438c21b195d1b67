// Builds stand-alone executables: the program and the runtime in one file, for machines and images without Node.
//
//   npm run build:executable                            dist/intercept-backends, for this machine
//   npm run build:executable -- linux-arm64 ...         dist/intercept-backends-linux-arm64, ...
//
// Targets: linux-x64, linux-arm64, darwin-x64, darwin-arm64, windows-x64 (whose file ends with .exe). The compiler is Bun's, because its programs start several times faster
// than Node's (docs/performance.md has the figures). It is no dependency of this package, since it is large: npm fetches
// it here once, in the version and with the content that stands below, and keeps it in the user's cache folder.
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { constants } from "./constants.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

const ours = JSON.parse(constants.__VERSION__);

const version = "1.4.5";
const compilers = {
  "linux-x64": {
    name: "@oven/bun-linux-x64",
    integrity: "sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==",
  },
  "linux-arm64": {
    name: "@oven/bun-linux-aarch64",
    integrity: "sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==",
  },
  "darwin-x64": {
    name: "@oven/bun-darwin-x64",
    integrity: "sha512-qkLPMGHZM9NI6CeHTWwVezzmlo6cC4Ta7yUAjYIWXS366qQcOlcp75t2uZyiuVRBMPS0h9qE0tCcvCHGaFqjJg==",
  },
  "darwin-arm64": {
    name: "@oven/bun-darwin-aarch64",
    integrity: "sha512-4MIFXHmctH2EhAxLXm2/qxNtv17dFtLJylvaOCsrgq6KSqHTs6eW5YSrJjRbJxYUJaR901fsN8JfZOa+CsWpWQ==",
  },
  "windows-x64": {
    name: "@oven/bun-windows-x64",
    integrity: "sha512-FNvply651vcE/GHgNWz6mZvhmkwBuu8Hw54oNzA+CQog+HW+542rXQmZqNHRkFxazD9L3xi+iTtvO3engAgJfw==",
  },
};

/** The compiler's options. Nothing that lies in the folder of a caller may change what the program does. */
export const options = [
  "--compile",
  "--minify-syntax",
  "--minify-whitespace",
  "--minify-identifiers",
  // The names go, and a stack trace names files and lines of the source instead; nobody reads the map before one is printed.
  "--sourcemap=inline",
  // What a run does not need stays in a part of its own, which is not even looked at.
  "--splitting",
  // Parsing the source would be half of the start.
  "--bytecode",
  "--format=esm",
  ...Object.entries(constants).map(([name, value]) => `--define=${name}=${value}`),
  // A run is over before the just-in-time compiler has earned what it costs; hot loops still reach it.
  "--compile-jit-policy=30",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
];

const host = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;

/** How the names of programs end on a target. */
const suffixOf = (target) => (target.startsWith("windows-") ? ".exe" : "");

/** Compiles a script into an executable for a target; paths count from the root of the repository. */
export function compile(script, path, target = host) {
  const outfile = resolve(root, path);
  const compiler = runtimeOf();
  const runtime = target === host ? [] : [`--target=bun-${target}`, `--compile-executable-path=${runtimeOf(target)}`];
  mkdirSync(dirname(outfile), { recursive: true });
  // The compiler leaves a file for each source map beside what it makes, where they would be in the way.
  const folder = mkdtempSync(join(dirname(outfile), "compiled."));
  const program = join(folder, `program${suffixOf(target)}`);
  const argv = ["build", ...options, ...runtime, script, `--outfile=${program}`];
  try {
    execFileSync(compiler, argv, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, BUN_OPTIONS: "" },
    });
    renameSync(program, outfile);
  } catch (error) {
    throw new Error(`the compiler failed:\n${error.stdout}${error.stderr}`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The path of Bun for a target, this machine without one, fetched on the first call. */
export function runtimeOf(target = host) {
  const wanted = compilers[target];
  if (wanted === undefined) {
    throw new Error(`there is no compiler for ${target}; targets are ${Object.keys(compilers).join(", ")}`);
  }
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "intercept-backends");
  const folder = join(cache, `bun-${version}-${target}`);
  const program = join(folder, `package/bin/bun${suffixOf(target)}`);
  if (existsSync(program)) return program;
  console.log(`fetching ${wanted.name} ${version}`);
  mkdirSync(cache, { recursive: true });
  // Unpacked beside its place and then moved, so that a fetch that was cut short is not taken for a compiler.
  const fresh = mkdtempSync(join(cache, "fetch."));
  try {
    const npm = ["pack", `${wanted.name}@${version}`, "--json", "--pack-destination", fresh];
    const [packed] = JSON.parse(
      execFileSync("npm", npm, { cwd: fresh, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }),
    );
    if (packed.integrity !== wanted.integrity)
      throw new Error(`${wanted.name} ${version} is not what it was: ${packed.integrity}`);
    execFileSync("tar", ["-xzf", join(fresh, packed.filename), "-C", fresh]);
    rmSync(join(fresh, packed.filename));
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return program;
}

async function main(targets) {
  for (const target of targets) {
    if (!(target in compilers))
      throw new Error(`there is no compiler for ${target}; targets are ${Object.keys(compilers).join(", ")}`);
  }
  // For the licences of what it carries, to which those of the runtime come.
  await import("./build.mjs");
  const runtime = readFileSync(join(root, "scripts/licences/bun.txt"), "utf8");
  appendFileSync(join(root, "dist/intercept-backends.licenses.txt"), `\n${"-".repeat(80)}\n\n${runtime}`);
  const files =
    targets.length === 0
      ? [[host, `dist/intercept-backends${suffixOf(host)}`]]
      : targets.map((target) => [target, `dist/intercept-backends-${target}${suffixOf(target)}`]);
  for (const [target, file] of files) {
    compile("src/main.ts", file, target);
    if (target === host) {
      const said = execFileSync(join(root, file), ["--version"], { encoding: "utf8" }).trim();
      if (said !== ours) throw new Error(`${file} says that it is version ${said}, not ${ours}`);
    }
    console.log(`${file}  ${Math.round(statSync(join(root, file)).size / 1e6)} MB`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
