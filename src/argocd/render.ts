import type { Finding } from "../finding.ts";

/** What a source was rendered to. */
export interface Rendered {
  /** A stream of YAML documents. */
  bytes: Uint8Array;
  /** What it is called where no file is known. */
  name: string;
  /** The files that the stream was put together from, in order; empty when a renderer made it. */
  files: readonly SourceText[];
}

/** Where the text of a file stands in the stream, with the `---` line that was put before it. */
export interface SourceText {
  path: string;
  /** Byte offset, and line from 1, at which it begins. */
  start: number;
  line: number;
  /** The number of lines that are not the file's: 1 with a `---` line put before it. */
  lead: 0 | 1;
}

/** What a source was rendered to, or why it was not. */
export type Rendering = Rendered | { findings: readonly Finding[] };
