import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { freshFolder, root } from "../folders.ts";
import { copyOf } from "./example.ts";
import { kptOnPath, onEach } from "./host.ts";

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

/** Runs a command as a user types it, with npm's global folder in a folder of ours and on PATH. */
function shell(command: string, cwd: string, prefix: string): string {
  const { status, stdout, stderr } = spawnSync("bash", ["-c", command], {
    cwd,
    encoding: "utf8",
    env: {
      ...process.env,
      PATH: [join(prefix, "bin"), process.env["PATH"]].join(delimiter),
      npm_config_prefix: prefix,
      npm_config_prefer_offline: "true",
    },
  });
  expect(status, `${command}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

let folder: string;
let prefix: string;

beforeAll(() => {
  folder = freshFolder();
  prefix = freshFolder();
  shell(`npm pack --ignore-scripts --pack-destination "${folder}"`, root, prefix);
  shell("npm install --global ./intercept-backends-*.tgz", folder, prefix);
});

test("the package that npm makes puts the program on PATH", () => {
  expect(shell("intercept-backends --version", folder, prefix)).toBe(`${version}\n`);
});

test("npx runs the package without installing it", () => {
  const command = "npx --yes --package ./intercept-backends-*.tgz -- intercept-backends --version";
  expect(shell(command, folder, freshFolder())).toBe(`${version}\n`);
});

onEach([kptOnPath], () => {
  test("kpt finds the installed program", () => {
    const example = copyOf("kpt");
    shell("kpt fn render examples/kpt --allow-exec", example.cwd, prefix);
    expect(readFileSync(join(example.folder, "metric-agent.yaml"), "utf8")).toContain('"443,4317,9090"');
  });
});
