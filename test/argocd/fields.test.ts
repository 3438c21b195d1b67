import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../folders.ts";
import { leaves } from "./fields.ts";

const folder = join(root, "test/argocd/fields");

/** Fields that kustomize reads under another spelling too, since it goes by no case. */
const ALIASES = ["Kustomization vars[].fieldref.fieldpath text"];

/** The lines of the Go program; undefined without Go. */
function typesOfKustomize(): string[] | undefined {
  try {
    const module = ["list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kustomize/api"];
    const run = (args: readonly string[]): string => execFileSync("go", args, { cwd: folder, encoding: "utf8" }).trim();
    run(["mod", "download"]);
    return run(["run", ".", run(module)]).split("\n");
  } catch (error) {
    if (process.env["REQUIRE_HOSTS"] === "1") throw error;
    console.warn("MISSING: go, or its modules, so that the fields of kustomize's types are not compared");
    return undefined;
  }
}

const types = typesOfKustomize();

test.skipIf(types === undefined)("the fields that are allowed are those of kustomize's types", () => {
  const lines = new Set(types);
  const plugins = [...lines].flatMap((line) => /^plugin (\w+)/.exec(line)?.[1] ?? []);
  const names = Object.keys(leaves);
  expect(plugins.toSorted()).toEqual(names.filter((name) => /Generator$|Transformer$/.test(name)).toSorted());
  const ofKustomize = [...lines].filter((line) => !/^(?:plugin|configuration) /.test(line)).map(normal);
  const reflected = new Set(ofKustomize.map((line) => line.split(" ")[0]));
  const ours = Object.entries(leaves).flatMap(([name, fields]) =>
    reflected.has(name) ? fields.map(({ path, kind }) => normal(`${name} ${path} ${kind}`)) : [],
  );
  const own = new Set(ours.filter((line) => !ALIASES.includes(line)));
  expect([...own].toSorted()).toEqual(ofKustomize.filter((line) => !isOfMetadata(line)).toSorted());
  const configurations = [...lines].flatMap((line) => /^configuration (\w+)/.exec(line)?.[1] ?? []);
  const groups = new Set((leaves["configuration"] ?? []).map(({ path }) => path.replace(/\[.*$/, "")));
  expect([...groups].toSorted()).toEqual(configurations.toSorted());
});

/** Of `openapi`, a map of texts, two are read (kyaml: openapi, SetSchema). */
function normal(line: string): string {
  return line.replace(/ openapi\.\w+ text$/, " openapi texts");
}

function isOfMetadata(line: string): boolean {
  return /^(?!Kustomization )\S+ metadata\./.test(line);
}
