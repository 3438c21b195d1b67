import type { Finding } from "../base/finding.ts";
import type { ResourceRef } from "../base/manifest.ts";
import { printableJson } from "../base/printable.ts";
import { messageOf, placesOf, sentenceOf, type Replacement, type Report } from "./report.ts";

/** A kind of result; its id is stable, code scanning remembers it. */
interface SarifRule {
  id: string;
  level: "error" | "warning";
  title: string;
  help: string;
  /** The same with links, where there are any. */
  markdown?: string;
  helpUri?: string;
}

const NOT_REWRITTEN: SarifRule = {
  id: "not-rewritten",
  level: "error",
  title: "The agent is not what intercept-backends writes.",
  help: "Run intercept-backends fix, or the host that runs the function, and commit what it writes.",
};

const CANNOT_BE_DECIDED: SarifRule = {
  id: "cannot-be-decided",
  level: "error",
  title: "The input or the function config has an error.",
  help: "Each message says what is wrong and what to do about it.",
};

const WARNING: SarifRule = {
  id: "warning",
  level: "warning",
  title: "Something may not be meant.",
  help: "Each message says what is the case and what to do about it.",
};

interface Result {
  rule: SarifRule;
  level: "error" | "warning";
  message: string;
  path: string | undefined;
  region: Readonly<Record<string, number | undefined>> | undefined;
  /** What it is recognised by in the next commit, besides its rule; not by its line, which moves with all above it. */
  identity: readonly (string | undefined)[];
  replacement?: Replacement | undefined;
}

/** What SARIF says besides the report. */
export interface SarifContext {
  /** The version of this program. */
  version: string;
  /** What each warning has found, as a sentence, by its id. */
  warnings: ReadonlyMap<string, string>;
  /** The address of the page on a warning; undefined where none is known. */
  pageOf: (warning: string) => string | undefined;
}

/**
 * A report in SARIF 2.1.0 (docs.oasis-open.org: sarif-v2.1.0), as code scanning takes it: every result has a location. */
export function printSarif(
  { status, changed, problems, anyPath }: Report,
  { version, warnings, pageOf }: SarifContext,
): string {
  const results: Result[] = [
    ...problems.map(({ finding, path, line, column, endColumn }): Result => ({
      rule: ruleOf(finding, warnings, pageOf),
      level: finding.severity === "error" ? "error" : "warning",
      message: sentenceOf(finding),
      path: path ?? anyPath,
      region:
        line === undefined
          ? undefined
          : { startLine: line, startColumn: column, endLine: endColumn && line, endColumn },
      identity: [finding.resource ? nameOf(finding.resource) : path, finding.field?.path],
    })),
    ...changed.flatMap(placesOf).map((place): Result => ({
      rule: NOT_REWRITTEN,
      level: "error",
      message: messageOf(place),
      path: place.path,
      region: {
        startLine: place.line,
        startColumn: place.columns?.start,
        endLine: place.endLine,
        endColumn: place.columns?.end,
      },
      identity: [nameOf(place.agent), keyOn(place.added[0] ?? place.removed[0] ?? "")],
      replacement: place.replacement,
    })),
  ];
  const used = [NOT_REWRITTEN, CANNOT_BE_DECIDED, WARNING, ...results.map(({ rule }) => rule)];
  const rules = [...new Map(used.map((rule) => [rule.id, rule])).values()];
  const counts = new Map<string, number>();
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "intercept-backends", version, rules: rules.map(printRule) } },
        columnKind: "utf16CodeUnits",
        invocations: [{ executionSuccessful: status !== 2 }],
        results: results.map((result) => printResult(result, rules, counts)),
      },
    ],
  };
  return printableJson(log);
}

function ruleOf(
  { severity, warning }: Finding,
  warnings: SarifContext["warnings"],
  pageOf: SarifContext["pageOf"],
): SarifRule {
  if (warning === undefined) return severity === "error" ? CANNOT_BE_DECIDED : WARNING;
  const markdown = `The page \`docs/warnings/${warning}.md\` of intercept-backends says why it matters and what to do about it; \`warnings.${warning}\` in the function config makes it an error or turns it off.`;
  const title = warnings.get(warning) ?? warning;
  const helpUri = pageOf(warning);
  return {
    id: warning,
    level: "warning",
    title,
    help: markdown.replaceAll("`", ""),
    markdown,
    ...(helpUri && { helpUri }),
  };
}

function printRule({ id, level, title, help, markdown, helpUri }: SarifRule): object {
  return {
    id,
    name: id.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: `${title} ${help}` },
    help: { text: help, markdown },
    helpUri,
    defaultConfiguration: { level },
  };
}

function printResult(result: Result, rules: readonly SarifRule[], counts: Map<string, number>): object {
  const { rule, level, message, path, region, identity, replacement } = result;
  const fingerprint = [rule.id, ...identity].filter((part) => part !== undefined).join(" ");
  const count = (counts.get(fingerprint) ?? 0) + 1;
  counts.set(fingerprint, count);
  const artifactLocation = path === undefined ? undefined : artifactOf(path);
  return {
    ruleId: rule.id,
    ruleIndex: rules.findIndex(({ id }) => id === rule.id),
    level,
    message: { text: message },
    locations: artifactLocation && [{ physicalLocation: { artifactLocation, region } }],
    // GitHub makes one of its own from the line's text, under another name, and warns of any other there.
    partialFingerprints: { "resourceAndField/v1": count === 1 ? fingerprint : `${fingerprint} ${count}` },
    fixes: artifactLocation && replacement && [printFix(artifactLocation, replacement)],
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

function nameOf({ kind, namespace, name }: ResourceRef): string {
  return [kind, ...(namespace === undefined ? [] : [namespace]), name].join("/");
}

/** The key that a line begins with: its value may change with each commit. */
function keyOn(line: string): string | undefined {
  return /^[\s{[-]*(.*?)\s*:(?:\s|$)/.exec(line)?.[1];
}
