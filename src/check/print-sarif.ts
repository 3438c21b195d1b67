import type { Finding } from "../base/finding.ts";
import { newFingerprints } from "./fingerprints.ts";
import { messageOf, placesOf, sentenceOf } from "./report.ts";
import type { ChangedPlace, Problem, Replacement, Report } from "./report.ts";

/** A kind of result; its id is stable, code scanning remembers it. */
interface Rule {
  id: string;
  level: "error" | "warning";
  title: string;
  help: string;
  /** The same with links, where there are any. */
  markdown?: string;
}

const NOT_REWRITTEN: Rule = {
  id: "not-rewritten",
  level: "error",
  title: "The DaemonSet is not what intercept-backends writes.",
  help: "Run intercept-backends, or the host that runs it, and commit what it writes.",
};

const CANNOT_BE_DECIDED: Rule = {
  id: "cannot-be-decided",
  level: "error",
  title: "The input or the function config has an error.",
  help: "Each message says what is wrong and what to do about it.",
};

const WARNING: Rule = {
  id: "warning",
  level: "warning",
  title: "Something may not be meant.",
  help: "Each message says what is the case and what to do about it.",
};

/** What a log says besides the report. */
export interface SarifCall {
  /** Of this program. */
  version: string;
  /** What each warning has found, as a sentence, by its id. */
  warnings: ReadonlyMap<string, string>;
}

interface Result {
  rule: Rule;
  level: "error" | "warning";
  message: string;
  fingerprint: string;
  path: string | undefined;
  region: Readonly<Record<string, number>> | undefined;
  replacement?: Replacement | undefined;
}

/** A report in SARIF 2.1.0 (docs.oasis-open.org: sarif-v2.1.0), as code scanning takes it: every result has a location. */
export function printSarif({ status, changed, problems, anyPath }: Report, { version, warnings }: SarifCall): string {
  const fingerprints = newFingerprints();
  const results: Result[] = [
    ...problems.map((problem) => {
      const rule = ruleOf(problem.finding, warnings);
      const fingerprint = fingerprints.ofProblem(rule.id, problem);
      return { rule, fingerprint, ...problemResult(problem), path: problem.path ?? anyPath };
    }),
    ...(changed === undefined ? [] : placesOf(changed)).map((place) => {
      const fingerprint = fingerprints.ofPlace(NOT_REWRITTEN.id, place);
      return { rule: NOT_REWRITTEN, fingerprint, ...placeResult(place) };
    }),
  ];
  const used = [NOT_REWRITTEN, CANNOT_BE_DECIDED, WARNING, ...results.map(({ rule }) => rule)];
  const rules = [...new Map(used.map((rule) => [rule.id, rule])).values()];
  const driver = { name: "intercept-backends", version, rules: rules.map(printRule) };
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver },
        columnKind: "utf16CodeUnits",
        invocations: [{ executionSuccessful: status !== 2 }],
        results: results.map((result) => printResult(result, rules)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf({ severity, warning }: Finding, warnings: ReadonlyMap<string, string>): Rule {
  if (warning === undefined) return severity === "error" ? CANNOT_BE_DECIDED : WARNING;
  const page = `docs/warnings/${warning}.md`;
  return {
    id: warning,
    level: "warning",
    title: warnings.get(warning) ?? warning,
    help: `The page ${page} of intercept-backends says why it matters and what to do about it; warnings.${warning} in the function config makes it an error or turns it off.`,
    markdown: `The page \`${page}\` of intercept-backends says why it matters and what to do about it; \`warnings.${warning}\` in the function config makes it an error or turns it off.`,
  };
}

function problemResult({
  finding,
  line,
  column,
  endColumn,
}: Problem): Omit<Result, "rule" | "fingerprint" | "path" | "replacement"> {
  const columns = { ...(column ? { startColumn: column } : {}), ...(endColumn ? { endLine: line, endColumn } : {}) };
  const region = line === undefined ? undefined : { startLine: line, ...columns };
  return { level: finding.severity === "error" ? "error" : "warning", message: sentenceOf(finding), region };
}

function placeResult(place: ChangedPlace): Omit<Result, "rule" | "fingerprint"> {
  const { path, line, endLine, columns, replacement } = place;
  const region = {
    startLine: line,
    ...(columns ? { startColumn: columns.start } : {}),
    endLine,
    ...(columns ? { endColumn: columns.end } : {}),
  };
  return { level: "error", message: messageOf(place), path, region, replacement };
}

function printRule({ id, level, title, help, markdown }: Rule): object {
  return {
    id,
    name: id.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: `${title} ${help}` },
    help: { text: help, ...(markdown === undefined ? {} : { markdown }) },
    defaultConfiguration: { level },
  };
}

function printResult({ rule, level, message, fingerprint, ...place }: Result, rules: readonly Rule[]): object {
  const { path, region, replacement } = place;
  const artifactLocation = path === undefined ? undefined : artifactOf(path);
  return {
    ruleId: rule.id,
    ruleIndex: rules.findIndex(({ id }) => id === rule.id),
    level,
    message: { text: message },
    ...(artifactLocation
      ? { locations: [{ physicalLocation: { artifactLocation, ...(region ? { region } : {}) } }] }
      : {}),
    // GitHub makes one of its own from the line's text, under another name, and warns of any other there.
    partialFingerprints: { "resourceAndField/v1": fingerprint },
    ...(artifactLocation && replacement ? { fixes: [printFix(artifactLocation, replacement)] } : {}),
  };
}

function printFix(artifactLocation: object, { region, text }: Replacement): object {
  return {
    description: { text: "Write what intercept-backends writes here." },
    artifactChanges: [{ artifactLocation, replacements: [{ deletedRegion: region, insertedContent: { text } }] }],
  };
}

/** Relative to the root of the sources; a file outside of it by its whole address. */
function artifactOf(path: string): object {
  const uri = path.split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? { uri: `file://${uri}` } : { uri, uriBaseId: "%SRCROOT%" };
}
