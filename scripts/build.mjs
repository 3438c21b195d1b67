// Builds what is shipped into dist/:
//   intercept-backends.mjs           what is called; it loads
//   program/                         the program, with everything in it but Node itself, in parts of which a call loads its own
//   intercept-backends.licenses.txt  the licences of the packages that it carries
//   kpt-func.mjs, types/             the KptFunc adapter for users of the SDK, with its declarations
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { constants } from "./constants.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const program = "dist/intercept-backends.mjs";
const parts = "dist/program";
const adapterSource = "src/kpt-func.ts";

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  define: constants,
  charset: "utf8",
  logLevel: "warning",
  metafile: true,
};

// Hosts start the program once per package, so what is loaded counts: white space and syntax are made small, and what a call
// may not need stays in a part of its own. Names stay as they are and lines stay short, so that a stack trace in a bug report
// names a function and a place.
const small = { minifyWhitespace: true, minifySyntax: true, lineLimit: 160 };

// CommonJS packages inside of the bundle call `require` for Node's own modules, and src/yaml calls it for the package
// yaml where that is not bundled; an ES module has none by itself.
const withRequire = [
  'import { createRequire as __createRequire } from "node:module";',
  "const require = __createRequire(import.meta.url);",
].join("\n");

// A file of its own, because Node keeps what it compiles of the files that are loaded after it has been asked to.
const launcher = `#!/usr/bin/env node
import { existsSync } from "node:fs";
import module from "node:module";
import { tmpdir } from "node:os";

// Since Node 22.1; NODE_DISABLE_COMPILE_CACHE=1 turns it off. Where nothing can be written it does nothing, but Node 22.23
// tries for ever to make a folder below one that is not there and cannot be made, as in /proc.
if (existsSync(tmpdir())) module.enableCompileCache?.();
await import("./program/main.mjs");
`;

rmSync(join(root, parts), { recursive: true, force: true });
const bundled = await build({
  ...common,
  ...small,
  entryPoints: ["src/main.ts"],
  outdir: parts,
  splitting: true,
  outExtension: { ".js": ".mjs" },
  banner: { js: withRequire },
  legalComments: "eof",
});
writeFileSync(join(root, program), launcher);
chmodSync(join(root, program), 0o755);
writeFileSync(join(root, "dist/intercept-backends.licenses.txt"), licences(Object.keys(bundled.metafile.inputs)));

if (existsSync(join(root, adapterSource))) {
  // A library: its packages are resolved where it is installed, so that the SDK's classes are the caller's own.
  await build({
    ...common,
    entryPoints: [adapterSource],
    outfile: "dist/kpt-func.mjs",
    packages: "external",
    banner: { js: withRequire },
  });
  declarations();
}

/** The licence texts of all packages that went into the bundle, in order of their names. */
function licences(inputs) {
  const packages = new Map();
  for (const input of inputs.toSorted((a, b) => (a < b ? -1 : 1))) {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (folder === undefined || packages.has(folder)) continue;
    const about = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const file = readdirSync(join(root, folder)).find((name) => /^licen[cs]e/i.test(name));
    const text = file === undefined ? "(the package carries no licence text)" : read(join(folder, file));
    packages.set(folder, `${about.name} ${about.version} (${about.license})\n\n${text.trim()}\n`);
  }
  return [...packages.values()].join(`\n${"-".repeat(80)}\n\n`);
}

function read(path) {
  return readFileSync(join(root, path), "utf8");
}

/** Writes the adapter's declarations, and those of the files that it takes types from, to dist/types. */
function declarations() {
  const require = createRequire(import.meta.url);
  const compiler = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
  const config = join(root, "dist/tsconfig.declarations.json");
  writeFileSync(
    config,
    JSON.stringify({
      extends: "../tsconfig.json",
      compilerOptions: {
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        noCheck: true,
        rewriteRelativeImportExtensions: true,
        rootDir: "../src",
        outDir: "types",
      },
      include: [],
      files: [`../${adapterSource}`],
    }),
  );
  try {
    execFileSync(process.execPath, [compiler, "-p", config], { cwd: root, stdio: "inherit" });
  } finally {
    rmSync(config);
  }
}
