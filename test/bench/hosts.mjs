// Folders with the ten resources of the shortest stream for real hosts, and the commands that render them.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { functionConfigFile, resourceFiles } from "./stream.mjs";

const resources = "resources.yaml";

/** kustomize with one patch of its own and no function. */
export function kustomizePatch(folder, { path, title }) {
  fresh(folder);
  const patch = "- op: add\n      path: /metadata/annotations\n      value: {patched: 'yes'}";
  const target = "target:\n    kind: DaemonSet";
  writeFileSync(join(folder, "kustomization.yaml"), kustomization(`patches:\n- patch: |\n    ${patch}\n  ${target}\n`));
  return { name: `${title} build, a patch of its own`, argv: [path, "build", folder] };
}

/** kustomize with a function, which is given as the words of a command. */
export function kustomizeWith(folder, { path }, name, words) {
  fresh(folder);
  const annotation = `    config.kubernetes.io/function: |\n      exec:\n        path: ${starter(folder, words)}\n`;
  writeFileSync(
    join(folder, "function.yaml"),
    functionConfigFile.replace("metadata:\n", `metadata:\n  annotations:\n${annotation}`),
  );
  writeFileSync(join(folder, "kustomization.yaml"), kustomization("transformers:\n- function.yaml\n"));
  return { name, argv: [path, "build", "--enable-alpha-plugins", "--enable-exec", folder] };
}

/** kpt with a function. It writes into the folder, so that all runs after the first find nothing left to change. */
export function kptWith(folder, { path }, name, words) {
  fresh(folder);
  const kptfile = "apiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: bench\n";
  const pipeline = `pipeline:\n  mutators:\n  - exec: ${starter(folder, words)}\n    configPath: function.yaml\n`;
  writeFileSync(join(folder, "Kptfile"), kptfile + pipeline);
  writeFileSync(join(folder, "function.yaml"), functionConfigFile);
  return { name, argv: [path, "fn", "render", "--allow-exec", folder] };
}

function fresh(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, resources), resourceFiles(10).join("---\n"));
}

function kustomization(more) {
  const head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
  return `${head}resources:\n- ${resources}\n${more}`;
}

/** A file that can be started without arguments, as old hosts want it: the program itself, or a script of one line. */
function starter(folder, words) {
  if (words.length === 1) return words[0];
  const file = join(folder, "start.sh");
  writeFileSync(file, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")}\n`);
  chmodSync(file, 0o755);
  return file;
}
