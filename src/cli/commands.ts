import { lstatSync } from "node:fs";
import { Argument, Command, CommanderError, type OptionValues } from "commander";
import pc from "picocolors";
import { printableJson } from "../base/printable.ts";
import { UsageError } from "./errors.ts";
import { CHECK_FORMATS, DIFF_FORMATS, EXPLAIN_FORMATS, SHELLS } from "./formats.ts";
import { addNotes, type HelpNotes } from "./help.ts";
import type { InputOptions } from "./input.ts";
import { chosenFrom, hintAt, oneOf, wantsColour, type ColourChoice, type GlobalOptions } from "./options.ts";
import type { CheckOptions } from "./check.ts";
import type { DiffOptions } from "./diff.ts";
import type { ExplainOptions } from "./explain.ts";
import type { GenerateOptions } from "./generate.ts";
import type { ConfigOptions } from "./rewrite.ts";
import { OK, print } from "./streams.ts";

declare const __VERSION__: string;

/** What a command does with its operands and options; resolves to the exit status. */
type Run<Options extends OptionValues> = (operands: string[], options: Options) => Promise<number> | number;

function collect(glob: string, globs: readonly string[]): string[] {
  return [...globs, glob];
}

/** Adds the options of a command that reads folders. */
function withInput(command: Command): Command {
  const kinds = oneOf("--source <kind>", "what a folder is, where its files do not say it", SOURCES);
  return command
    .option(...FUNCTION_CONFIG)
    .option("--include <glob>", "read only these files of a folder, such as agents/**; repeatable", collect, [])
    .option("--exclude <glob>", "leave out these files of a folder; repeatable", collect, [])
    .addOption(kinds.default(undefined));
}

const SOURCES: readonly NonNullable<InputOptions["source"]>[] = ["kustomize", "helm", "directory"];

const FUNCTION_CONFIG = [
  "--function-config <file>",
  "an InterceptBackends or ConfigMap, in place of the one in the input",
] as const;

/** Carries out a command line: loads what its command needs, and nothing else. Returns the exit status. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  let status = OK;
  const program = describeProgram(argv, (reached) => (status = reached));
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    // Help and version end the parse by an exception, with a status of 0.
    if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error;
  }
  return status;
}

/** All commands with their options, help and examples. */
export function describeProgram(argv: readonly string[], reached: (status: number) => void): Command {
  const program = new Command("intercept-backends");
  const colour = colourOf(argv);
  const paint = pc.createColors(colour);
  program
    .configureOutput({ writeOut: print, outputError: () => {}, getOutHasColors: () => colour })
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: paint.bold,
      subcommandTerm: (command) => command.name(),
      minWidthToWrap: 16,
    })
    .exitOverride((error) => refuse(error))
    .helpCommand(false)
    .usage("[FILE...]\n       intercept-backends <command> [options] ...")
    .description(
      "Keeps the Istio annotations of a metric agent in step with its backends, which its configuration or MetricPipelines name. " +
        "It is a KRM function: without arguments it reads a ResourceList from standard input and writes it to standard output.",
    )
    .version(__VERSION__, "--version", "print the version")
    .helpOption("-h, --help", "print help")
    .addOption(oneOf("--color <when>", "colours; auto looks at the terminal, NO_COLOR, FORCE_COLOR", COLOURS))
    .option("--verbose", "say on standard error how the input was read, and where a bug was met");

  const add = <Options extends OptionValues>(
    usage: string,
    summary: string,
    notes: HelpNotes,
    run: Run<Options>,
    isDefault = false,
  ): Command => {
    const [name = "", ...operands] = usage.split(" ");
    const command = program.command(name, { isDefault }).summary(summary).description(notes.about);
    for (const operand of operands) command.argument(operand);
    addNotes(command, notes);
    return command
      .exitOverride((error) => refuse(error, isDefault ? undefined : name))
      .action(async () => {
        reached(await run(command.args, command.optsWithGlobals<Options>()));
      });
  };

  add(
    "rewrite [FILE...]",
    "rewrite a ResourceList or manifests; the default",
    {
      about:
        "Rewrites the agent. FILE holds a ResourceList, or plain manifests with --- between them; several files are taken " +
        "together, - is standard input. The result goes to standard output, byte for byte the input but for the lines that " +
        "had to change; errors and warnings go to standard error and into the results of a ResourceList. The word rewrite " +
        "may be left out.",
      examples: [
        ["kustomize build overlay | intercept-backends -", "plain manifests in, plain manifests out"],
        ["intercept-backends agent.yaml pipelines.yaml", "the same, from files"],
        ["kpt fn eval DIR --exec intercept-backends", "as a host calls it"],
      ],
    },
    async (paths, options: ConfigOptions & GlobalOptions) => {
      refuseWords(paths, commandNames(program));
      return (await import("./rewrite.ts")).rewriteCall(paths, options);
    },
    true,
  ).option(...FUNCTION_CONFIG);

  const check = add(
    "check <PATH...>",
    "is the agent what the function would write",
    {
      about:
        "Writes nothing and says by its exit status whether the agent is what the function would write. PATH is " +
        "a file, a folder, or - for standard input; all of them are taken together. A kustomization or a chart is rendered, " +
        "as generate does; of a kpt package the Kptfile says which function config counts.",
      withExitStatuses: true,
      examples: [
        ["intercept-backends check telemetry", "what differs, as a diff"],
        ["intercept-backends check --format github telemetry", "annotations beside the lines of a pull request"],
        ["intercept-backends check --format sarif . > check.sarif", "for code scanning"],
      ],
    },
    async (paths, options: CheckOptions) => (await import("./check.ts")).checkCall(paths, options, __VERSION__),
  ).addOption(oneOf("--format <format>", "how to print it", CHECK_FORMATS));
  withInput(check).option("--strict", "let warnings fail, with exit status 1");

  const fix = add(
    "fix [PATH...]",
    "write what the function would write into the files",
    {
      about:
        "Carries out the rewrite in the files themselves: only the lines of the agent that have to change, each file at " +
        "once, or none of them after an error. PATH is a file or a folder, by default the current one.",
      examples: [
        ["intercept-backends fix telemetry", "what check telemetry asks for"],
        ["intercept-backends fix agent.yaml pipelines.yaml", "of some files"],
      ],
    },
    async (paths, options: GlobalOptions & InputOptions) => (await import("./fix.ts")).fixCall(paths, options),
  );
  withInput(fix);

  const explain = add(
    "explain [PATH...]",
    "who the agent talks to, and which way",
    {
      about:
        "Carries out the rewrite in memory and prints each connection that the agent then opens: through the sidecar or " +
        "directly, which rule decides, and who does TLS. PATH is a file, a folder, or - for standard input. " +
        "A kustomization or a chart is rendered, as generate does.",
      examples: [
        ["intercept-backends explain telemetry", "a table"],
        ["intercept-backends explain --format markdown telemetry", "for a pull request"],
        ["intercept-backends explain --format svg telemetry > flows.svg", "a picture"],
      ],
    },
    async (paths, options: ExplainOptions) => (await import("./explain.ts")).explainCall(paths, options),
  ).addOption(oneOf("--format <format>", "how to print it", EXPLAIN_FORMATS));
  withInput(explain);

  const diff = add(
    "diff <BASE> [HEAD] [PATH]",
    "what changes for the agent between two Git revisions",
    {
      about:
        "Explains PATH, by default the current folder, in two Git revisions and prints what differs: which ports go through " +
        "the sidecar, which connections take another way, and what becomes of the certificates. Without HEAD the working " +
        "tree is compared with BASE.",
      examples: [
        ["intercept-backends diff main", "what the changes here make of the agent"],
        ["intercept-backends diff --format markdown origin/main HEAD overlay", "as a comment on a pull request"],
      ],
    },
    async (operands, options: DiffOptions) => (await import("./diff.ts")).diffCall(operands, options),
  ).addOption(oneOf("--format <format>", "how to print it", DIFF_FORMATS));
  withInput(diff);

  add(
    "init [DIR]",
    "write a function config and let the host call the function",
    {
      about:
        "Looks for the agent, the MetricPipelines and the host in DIR, by default the current folder, and writes " +
        "intercept-backends.yaml beside them. A Kptfile or a kustomization gets the entry that calls the function; of other " +
        "hosts it says what to add.",
      examples: [
        ["intercept-backends init telemetry", "write the files"],
        ["intercept-backends init --print telemetry", "show them"],
      ],
    },
    async ([folder], options: { print?: boolean }) => (await import("./init.ts")).initCall(folder, options),
  ).option("--print", "print what would be written");

  add(
    "generate [DIR]",
    "render a folder and rewrite it, for Argo CD",
    {
      about:
        "Renders DIR, by default the current folder, as Argo CD's plugin does: a kustomization, a Helm chart, or a folder of " +
        "manifests. Prints the result with the agent rewritten, or nothing after an error.",
      examples: [
        ["intercept-backends generate overlay", "what Argo CD will get"],
        ["intercept-backends generate --application application.yaml", "with the Application's path and parameters"],
        ["intercept-backends generate overlay | kubectl diff -f -", "against the cluster"],
      ],
    },
    async ([folder], options: GenerateOptions) => {
      const { guarded } = await import("./guard.ts");
      return guarded(argv, async () => (await import("./generate.ts")).generateCall(folder, options));
    },
  )
    .option("--application <file>", "an Argo CD Application, whose path in DIR, name, namespace and parameters count")
    .option(...FUNCTION_CONFIG);

  add(
    "parameters [DIR]",
    "what an Argo CD Application can set for a folder",
    {
      about:
        "Prints what an Application can say about DIR, by default the current folder, as the JSON that Argo CD reads.",
      examples: [
        ["intercept-backends parameters overlay", "with the values that hold there now"],
        ["intercept-backends parameters | jq -r '.[].name'", "the names alone"],
      ],
    },
    async ([folder]) => {
      const { guarded } = await import("./guard.ts");
      return guarded(argv, async () => {
        const { announce } = await import("../argocd/announce.ts");
        return print(printableJson(await announce(folder ?? ".", process.env)));
      });
    },
  );

  add(
    "install <DIR>",
    "copy the executable into a folder",
    {
      about:
        "Copies the executable into DIR, as intercept-backends. An init container hands it to another container by this.",
      examples: [
        ["intercept-backends install /usr/local/bin", "on a laptop"],
        ["intercept-backends install /programs", "as deploy/argocd/executable does it"],
      ],
    },
    async ([folder = ""]) => (await import("./install.ts")).installCall(folder),
  );

  add(
    "schema",
    "the JSON Schema of the function config",
    {
      about: "Prints the JSON Schema of the function config, InterceptBackends, for editors and validators.",
      examples: [
        ["intercept-backends schema > intercept-backends.schema.json", "for a # yaml-language-server: line"],
        ["intercept-backends schema | jq .properties.spec", "the settings"],
      ],
    },
    async () => {
      const { functionConfigJsonSchema } = await import("../config/json-schema.ts");
      return print(`${JSON.stringify(functionConfigJsonSchema(), null, 2)}\n`);
    },
  );

  const completion = add(
    "completion",
    "a script that completes words in a shell",
    {
      about: "Prints a script that teaches a shell the commands and options; SHELL is bash, zsh or fish.",
      examples: [
        ["source <(intercept-backends completion bash)", "in ~/.bashrc, or with zsh in ~/.zshrc after compinit"],
        ["intercept-backends completion fish | source", "in ~/.config/fish/config.fish"],
      ],
    },
    async ([shell = ""]) => {
      const { completionScript } = await import("./completion.ts");
      return print(completionScript(program, shell as (typeof SHELLS)[number]));
    },
  );
  completion.addArgument(chosenFrom(SHELLS, new Argument("<shell>", "bash, zsh or fish"), "SHELL"));

  add(
    "version",
    "print the version",
    {
      about: "Prints the version.",
      examples: [
        ["intercept-backends version", "as --version"],
        ['test "$(intercept-backends version)" = 1.0.0', "in a script"],
      ],
    },
    () => print(`${__VERSION__}\n`),
  );

  add(
    "help [command]",
    "help of a command",
    {
      about: "Prints the help of a command, or the list of commands.",
      examples: [
        ["intercept-backends help check", "as intercept-backends check --help"],
        ["intercept-backends help", "all commands"],
      ],
    },
    ([name]) => {
      const command = name === undefined ? program : program.commands.find((each) => each.name() === name);
      if (command === undefined) {
        throw new UsageError(`there is no command ${name}${hintAt(name ?? "", commandNames(program))}`);
      }
      command.outputHelp();
      return OK;
    },
  );

  addNotes(program, {
    about: "",
    withExitStatuses: true,
    examples: [
      ["kpt fn eval DIR --exec intercept-backends", "in kpt"],
      ["kustomize build --enable-alpha-plugins --enable-exec OVERLAY", "in kustomize, listed under transformers:"],
      ["intercept-backends check DIR", "on a laptop and in CI"],
    ],
  });
  return program;
}

const COLOURS: readonly ColourChoice[] = ["auto", "always", "never"];

function commandNames(program: Command): string[] {
  return program.commands.map((command) => command.name());
}

/** Refuses a word that is neither a command nor a file, and a command that does not come first. */
function refuseWords(paths: readonly string[], names: readonly string[]): void {
  const [first = ""] = paths;
  const late = paths.find((path) => names.includes(path) && !isThere(path));
  if (late !== undefined) throw new UsageError(`write the command ${late} first, and its options after it`);
  if (!/^[a-z][a-z-]{0,30}$/.test(first) || isThere(first)) return;
  throw new UsageError(`there is neither a command nor a file ${first}${hintAt(first, names)}`);
}

/** True for a link that leads nowhere, too: what is wrong with it is said when it is read. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** What `--color` says, before the command line is parsed: help is printed while that happens. */
function colourOf(argv: readonly string[]): boolean {
  const said = /--color[= ](\w+)/.exec(argv.join(" "))?.[1];
  return wantsColour(COLOURS.find((each) => each === said) ?? "auto", process.stdout);
}

/** Turns what commander says of a command line into one of our usage errors; passes on the end after help or version. */
function refuse(error: CommanderError, command?: string): never {
  if (error.exitCode === 0) throw error;
  const [message = "", ...more] = error.message.split("\n");
  const plain = message.replace(/^error: (?:.* is invalid(?: for argument '\w+')?\. )?/, "").replace(/\.$/, "");
  throw new UsageError([plain, ...more].join(" "), command);
}
