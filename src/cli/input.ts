import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { KUSTOMIZATION_NAMES } from "../argocd/kustomization.ts";
import { readOperator } from "../argocd/operator.ts";
import { readParameters, type Own } from "../argocd/parameters.ts";
import { kindOf, renderSource } from "../argocd/render.ts";
import { openRepository, type Repository } from "../argocd/repository.ts";
import { problem, type Finding } from "../base/finding.ts";
import type { Manifest } from "../base/manifest.ts";
import { readConfigFile } from "../stream/open-stream.ts";
import type { NamedFile } from "../stream/parts.ts";
import { isFinding } from "../stream/problem.ts";
import { filesIn, isFolder, type Selection } from "./files.ts";
import { readKptfile } from "./kptfile.ts";
import type { ConfigOptions } from "./rewrite.ts";
import { showProgress } from "./progress.ts";
import { readFile } from "./streams.ts";

/** How the folders of a call are read. */
export interface InputOptions extends ConfigOptions, Selection {
  source?: Own["source"];
}

/** What a call is about. With an error among the findings the rest is incomplete. */
export interface CallInput {
  files: readonly NamedFile[];
  /** Function configs that take the place of those among the resources. */
  configs: readonly Manifest[];
  /** The file of `--function-config`. */
  configFile?: NamedFile;
  /** The file that a renderer was given, by the name of what it printed: lines of that mean nothing to a person. */
  madeFrom: ReadonlyMap<string, string>;
  findings: readonly Finding[];
}

/**
 * Reads files and folders, `-` being standard input. A kustomization or a chart is rendered as `generate` does; of a kpt
 * package the Kptfile says which function config counts, and no `--function-config` does.
 */
export async function readInput(paths: readonly string[], options: InputOptions): Promise<CallInput> {
  const input = { files: [] as NamedFile[], configs: [] as Manifest[], madeFrom: new Map<string, string>() };
  const findings: Finding[] = [];
  const { functionConfig } = options;
  const configFile = functionConfig === undefined ? undefined : read(functionConfig);
  const config = configFile && readConfigFile(configFile);
  if (config && isFinding(config)) findings.push({ ...config, file: { path: configFile.path } });
  else if (config) input.configs.push(config);
  for (const path of paths) {
    if (path === "-" || !isFolder(path)) {
      input.files.push(read(path));
      continue;
    }
    const kptfile = join(path, "Kptfile");
    const isPackage = options.source === undefined && existsSync(kptfile);
    if (isPackage && configFile === undefined) {
      const ofKpt = readKptfile(read(kptfile));
      input.configs.push(...ofKpt.configs);
      findings.push(...ofKpt.findings);
    }
    const rendered = isPackage ? undefined : await render(path, options);
    if (Array.isArray(rendered)) findings.push(...rendered);
    else if (rendered === undefined) input.files.push(...readAll(filesIn(path, options)));
    else {
      input.files.push(...rendered.files);
      for (const file of rendered.files) input.madeFrom.set(file.path, rendered.from);
    }
  }
  showProgress(`deciding on ${input.files.length} ${input.files.length === 1 ? "file" : "files"}`);
  return { ...input, ...(configFile && { configFile }), findings };
}

/** What a renderer makes of a folder; undefined for one whose own files count. */
async function render(
  path: string,
  { include, exclude, source }: InputOptions,
): Promise<{ files: NamedFile[]; from: string } | Finding[] | undefined> {
  const { operator, findings: ofOperator } = readOperator(process.env);
  const { parameters, findings: ofParameters } = readParameters(process.env["ARGOCD_APP_PARAMETERS"]);
  const opened = openRepository(path, process.env, operator);
  if (isFinding(opened)) return [opened];
  const repository = { ...opened, root: rootOf(opened) };
  const own = { ...parameters.own, ...(source && { source }) };
  const kind = own.source ?? kindOf(repository);
  if (kind === "directory") return undefined;
  if (typeof kind !== "string") return [inFolder(kind, path)];
  const early = [...ofOperator, ...ofParameters];
  if (early.length > 0) return early;
  if (include.length > 0 || exclude.length > 0) {
    const cause = `it is rendered by ${kind}, which chooses its files by itself`;
    return [problem(cause, "leave out --include and --exclude, or read its files with --source directory", path)];
  }
  const surroundings = { env: process.env, operator, end: performance.now() + operator.deadline };
  showProgress(`rendering ${path} with ${kind}`);
  const rendered = await renderSource(repository, own, surroundings);
  if (Array.isArray(rendered)) return rendered.map((finding) => inFolder(finding, path));
  const files = rendered.files.map(({ path: name, bytes }) => ({ path: `${name} ${path}`, bytes }));
  const names = kind === "helm" ? ["Chart.yaml"] : KUSTOMIZATION_NAMES;
  return { files, from: nameOf(join(path, names.find((name) => existsSync(join(path, name))) ?? "")) };
}

function readAll(paths: readonly string[]): NamedFile[] {
  return paths.map((path, position) => {
    showProgress(`reading file ${position + 1} of ${paths.length}`);
    return read(path);
  });
}

/** Without a Git repository around it, a folder may use what lies in the current one. */
function rootOf({ root, folder }: Repository): string {
  const here = realpathSync(process.cwd());
  const isAlone = root === folder && !existsSync(join(folder, ".git"));
  return isAlone && folder.startsWith(here + sep) ? here : root;
}

function read(path: string): NamedFile {
  return { ...readFile(path), ...(path === "-" ? {} : { path: nameOf(path) }) };
}

/** The name by which a repository knows a file: relative to the current folder where it is in it. */
function nameOf(path: string): string {
  const whole = resolve(path);
  const inside = relative(process.cwd(), whole);
  const isInside = inside !== "" && inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
  return (isInside ? inside : whole).split(sep).join("/");
}

function inFolder(finding: Finding, folder: string): Finding {
  return { ...finding, file: { path: finding.file ? join(folder, finding.file.path) : folder } };
}
