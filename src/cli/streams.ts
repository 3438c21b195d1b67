import { fstatSync, readFileSync } from "node:fs";
import { hasError, type Finding } from "../base/finding.ts";
import { notText } from "../base/not-text.ts";
import { printable } from "../base/printable.ts";
import type { NamedFile } from "../stream/parts.ts";
import { locate, toLine } from "../stream/result.ts";
import { FileError, withFile } from "./errors.ts";
import { readAll, writeAll } from "./io.ts";
import { pageOf } from "./page-of.ts";
import type { PlaceOf } from "./places.ts";
import { clearProgress } from "./progress.ts";

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

/** Exit statuses that scripts can rely on; `--help` lists them. */
export const OK = 0;
export const FAILED = 1;
export const USAGE = 2;
export const BUG = 3;

/** How the files of a call are named together, and what stands where there are none. */
export const STANDARD_INPUT = "standard input";

/** True when a person sits at standard input. Loading `node:tty` takes longer than a whole small run, and no pipe needs it. */
export async function isTerminal(): Promise<boolean> {
  if (!withFile(STANDARD_INPUT, () => fstatSync(STDIN)).isCharacterDevice()) return false;
  const { isatty } = await import("node:tty");
  return isatty(STDIN);
}

/** All of standard input. */
export function readStdin(): Uint8Array {
  return withFile(STANDARD_INPUT, () => readAll(STDIN));
}

/** A file by its name, `-` for standard input; throws FileError for one that cannot be read or is no text. */
export function readFile(name: string): NamedFile {
  const path = name === "-" ? STANDARD_INPUT : name;
  const bytes = name === "-" ? readStdin() : withFile(path, () => readFileSync(path));
  const broken = notText(bytes);
  if (broken) throw new FileError(path, `${broken.cause}; ${broken.remedy}`);
  return { path, bytes };
}

/** Writes pieces to standard output, all of them before it returns. */
export function write(pieces: readonly Uint8Array[]): void {
  clearProgress();
  withFile("standard output", () => writeAll(STDOUT, pieces));
}

/** Writes a text to standard output, which is all that the call was for. */
export function print(text: string): number {
  write([Buffer.from(text)]);
  return OK;
}

/** Writes one line to standard error, in characters that cannot change what a terminal shows. */
export function say(line: string): void {
  clearProgress();
  withFile("standard error", () => writeAll(STDERR, [Buffer.from(`${printable(line)}\n`)]));
}

/** Writes a finding to standard error as one line, which ends with the address of the page on it, if there is one. */
export function sayFinding(finding: Finding, input: string): void {
  const page = finding.warning === undefined ? undefined : pageOf(finding.warning);
  say(`${toLine(finding, input)}${page === undefined ? "" : ` (${page})`}`);
}

/**
 * Prints errors and warnings to standard error, one a line, and returns the exit status that they ask for. `placeOf` finds
 * their lines in the files that a person named; of a host's stream a line number helps nobody.
 */
export function tell(findings: readonly Finding[], input: string, placeOf?: PlaceOf): number {
  for (const finding of findings) {
    if (finding.severity !== "info") sayFinding(locate(finding, placeOf?.(finding)), input);
  }
  return hasError(findings) ? FAILED : OK;
}
