import { messageOf, placesOf, sentenceOf } from "./report.ts";
import type { Report } from "./report.ts";

/** The kinds of results; their ids are stable, code scanning remembers them. */
const RULES = [
  {
    id: "not-rewritten",
    name: "NotRewritten",
    level: "error",
    title: "The DaemonSet is not what intercept-backends writes",
    help: "Run intercept-backends, or the host that runs it, and commit what it writes.",
  },
  {
    id: "cannot-be-decided",
    name: "CannotBeDecided",
    level: "error",
    title: "The input or the function config has an error",
    help: "Each message says what is wrong and what to do about it.",
  },
  {
    id: "warning",
    name: "Warning",
    level: "warning",
    title: "Something that may not be meant",
    help: "Each message says what is the case and what to do about it.",
  },
] as const;

interface Result {
  rule: (typeof RULES)[number]["id"];
  message: string;
  path: string | undefined;
  region?: Readonly<Record<string, number>>;
}

/** A report in SARIF 2.1.0 (docs.oasis-open.org: sarif-v2.1.0), as code scanning takes it: every result has a location. */
export function printSarif({ status, changed, problems, anyPath }: Report, version: string): string {
  const results: Result[] = [
    ...problems.map(({ finding, path, line, column, endColumn }): Result => {
      const columns = {
        ...(column ? { startColumn: column } : {}),
        ...(endColumn ? { endLine: line, endColumn } : {}),
      };
      const region = line === undefined ? {} : { region: { startLine: line, ...columns } };
      const rule = finding.severity === "error" ? "cannot-be-decided" : "warning";
      return { rule, message: sentenceOf(finding), path: path ?? anyPath, ...region };
    }),
    ...(changed === undefined ? [] : placesOf(changed)).map((place): Result => {
      const region = { startLine: place.line, endLine: place.endLine };
      return { rule: "not-rewritten", message: messageOf(place), path: place.path, region };
    }),
  ];
  const driver = { name: "intercept-backends", version, rules: RULES.map(printRule) };
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver },
        columnKind: "utf16CodeUnits",
        invocations: [{ executionSuccessful: status !== 2 }],
        results: results.map(printResult),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function printRule({ id, name, level, title, help }: (typeof RULES)[number]): object {
  return {
    id,
    name,
    shortDescription: { text: title },
    fullDescription: { text: `${title}. ${help}` },
    help: { text: help },
    defaultConfiguration: { level },
  };
}

function printResult({ rule, message, path, region }: Result): object {
  const ruleIndex = RULES.findIndex(({ id }) => id === rule);
  const physicalLocation =
    path === undefined ? undefined : { artifactLocation: artifactOf(path), ...(region ? { region } : {}) };
  return {
    ruleId: rule,
    ruleIndex,
    level: RULES[ruleIndex]?.level,
    message: { text: message },
    ...(physicalLocation ? { locations: [{ physicalLocation }] } : {}),
  };
}

/** Relative to the root of the sources; a file outside of it by its whole address. */
function artifactOf(path: string): object {
  const uri = path.split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? { uri: `file://${uri}` } : { uri, uriBaseId: "%SRCROOT%" };
}
