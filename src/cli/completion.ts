import type { Argument, Command, Option } from "commander";
import type { SHELLS } from "./formats.ts";

/** What can be completed after a command, or before one. */
interface Context {
  name: string;
  summary: string;
  options: readonly Option[];
  /** Words that its operands are chosen from; files where there are none. */
  operands: readonly string[];
  takesFiles: boolean;
}

/** A script that teaches a shell the commands, options and choices of the program. */
export function completionScript(program: Command, shell: (typeof SHELLS)[number]): string {
  const commands = program.commands.map((command) => contextOf(command, program));
  const script = { bash, zsh, fish }[shell];
  return script({ ...contextOf(program, program), name: program.name() }, commands);
}

function contextOf(command: Command, program: Command): Context {
  const help = command.createHelp();
  const [first] = command.registeredArguments;
  const names = program.commands.map((each) => each.name());
  const isRoot = command === program;
  return {
    name: command.name(),
    summary: command.summary(),
    options: isRoot
      ? help.visibleOptions(command)
      : [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)],
    operands: first?.name() === "command" ? names : (first?.argChoices ?? []),
    takesFiles: isRoot || (first !== undefined && takesFiles(first)),
  };
}

function takesFiles(argument: Argument): boolean {
  return argument.argChoices === undefined && argument.name() !== "command";
}

function flagsOf({ long, short }: Option): string[] {
  return [long, short].filter((flag) => flag !== undefined && flag !== null);
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function bash(root: Context, commands: readonly Context[]): string {
  const values = new Map<string, string>();
  for (const { name, options } of [...commands, { ...root, name: "" }]) {
    for (const option of options.filter(takesValue)) {
      for (const flag of flagsOf(option)) values.set(`${name} ${flag}`, (option.argChoices ?? []).join(" "));
    }
  }
  const wordsOf = ({ options }: Context): string => options.flatMap(flagsOf).join(" ");
  const names = commands.map(({ name }) => name);
  return `# bash completion of ${root.name}: source <(${root.name} completion bash)
_intercept_backends() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command= at
  # bash takes --format=diff for three words.
  if [[ $word == = ]]; then word=; elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
      ${names.join("|")}) command=\${COMP_WORDS[at]}; break ;;
    esac
  done
  COMPREPLY=()
  case "$command $before" in
${[...values].map(([key, words]) => `    "${key}") mapfile -t COMPREPLY < <(compgen -W "${words}" -- "$word"); return ;;`).join("\n")}
  esac
  local flags= words=
  case $command in
${commands.map((each) => `    ${each.name}) flags="${wordsOf(each)}" words="${each.operands.join(" ")}" ;;`).join("\n")}
    *) flags="${wordsOf(root)}" words="${names.join(" ")}" ;;
  esac
  [[ $word == -* ]] && words=$flags
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o default -F _intercept_backends ${root.name}
`;
}

function zsh(root: Context, commands: readonly Context[]): string {
  const specsOf = ({ options, operands, takesFiles: isForFiles }: Context): string => {
    const operand =
      operands.length > 0 ? [quoteForZsh(`*:word:(${operands.join(" ")})`)] : isForFiles ? ["'*:path:_files'"] : [];
    return [...options.flatMap(zshOption), ...operand].join(" ");
  };
  const names = commands.map(({ name }) => name).join(" ");
  return `#compdef ${root.name}
# zsh completion of ${root.name}: source <(${root.name} completion zsh)
_intercept_backends() {
  local curcontext=$curcontext state line
  _arguments -C ${root.options.flatMap(zshOption).join(" ")} '1:command:(${names})' '*:: :->operands'
  case $state in
    operands)
      case $words[1] in
${commands.map((each) => `        ${each.name}) _arguments ${specsOf(each)} ;;`).join("\n")}
        *) _files ;;
      esac ;;
  esac
}
compdef _intercept_backends ${root.name}
`;
}

function zshOption(option: Option): string[] {
  const choices = option.argChoices?.join(" ");
  const value = takesValue(option) ? `:value:${choices === undefined ? "_files" : `(${choices})`}` : "";
  return flagsOf(option).map((flag) =>
    quoteForZsh(`*${flag}${value && flag.startsWith("--") ? "=" : ""}[${labelForZsh(option.description)}]${value}`),
  );
}

function quoteForZsh(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A description in a specification of _arguments, where brackets and colons mean something. */
function labelForZsh(text: string): string {
  return text.replaceAll(/[\\[\]:]/g, "\\$&");
}

function fish(root: Context, commands: readonly Context[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const none = `not __fish_seen_subcommand_from ${names}`;
  const line = (...parts: readonly string[]): string => `complete -c ${root.name} ${parts.join(" ")}`;
  const optionOf = (option: Option, condition: string): string => {
    const flags = flagsOf(option).map((flag) =>
      flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
    );
    const value = takesValue(option)
      ? [option.argChoices ? `-x -a ${quoteForFish(option.argChoices.join(" "))}` : "-r"]
      : [];
    return line("-n", quoteForFish(condition), ...flags, ...value, "-d", quoteForFish(option.description));
  };
  return [
    `# fish completion of ${root.name}: ${root.name} completion fish | source`,
    ...root.options.map((option) => optionOf(option, none)),
    ...commands.flatMap((each) => {
      const seen = `__fish_seen_subcommand_from ${each.name}`;
      const words = each.operands.length > 0 ? ["-a", quoteForFish(each.operands.join(" "))] : [];
      return [
        line("-n", quoteForFish(none), "-a", each.name, "-d", quoteForFish(each.summary)),
        ...each.options.map((option) => optionOf(option, seen)),
        ...(each.takesFiles ? [] : [line("-n", quoteForFish(seen), "-f", ...words)]),
      ];
    }),
    "",
  ].join("\n");
}

function quoteForFish(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}
