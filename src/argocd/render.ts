import type { Finding } from "../base/finding.ts";
import type { Joined } from "../stream/join-documents.ts";

/** What a source was rendered to: a stream of YAML documents, and its files, of which a renderer leaves none. */
export interface Rendered extends Joined {
  /** What it is called where no file is known. */
  name: string;
}

/** What a source was rendered to, or why it was not. */
export type Rendering = Rendered | { findings: readonly Finding[] };
