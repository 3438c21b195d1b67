import { openManifests, openStream } from "../../src/stream/open-stream.ts";
import type { NamedFile } from "../../src/stream/parts.ts";
import { isFinding } from "../../src/stream/problem.ts";
import type { Stream } from "../../src/stream/stream.ts";

/** The first lines of a ResourceList, up to its items. */
export const HEAD = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n";

/** Texts or bytes by the names of their files. */
export function filesOf(contents: Readonly<Record<string, string | Uint8Array>>): NamedFile[] {
  return Object.entries(contents).map(([path, content]) => ({
    path,
    bytes: typeof content === "string" ? Buffer.from(content) : content,
  }));
}

/** A text or bytes as the one file of an input. */
export function oneFile(content: string | Uint8Array): NamedFile[] {
  return filesOf({ "input.yaml": content });
}

/** Opens a text as a host sends it, a ResourceList. */
export function openText(text: string | Uint8Array): Stream {
  return opened(openStream(oneFile(text)));
}

/** Opens texts as the files of a command, manifests or one ResourceList. */
export function openFiles(contents: Readonly<Record<string, string | Uint8Array>>): Stream {
  return opened(openStream(filesOf(contents), true));
}

/** Opens a text as manifests, whatever it is. */
export function openDocuments(text: string | Uint8Array): Stream {
  return opened(openManifests(oneFile(text)));
}

function opened(stream: ReturnType<typeof openStream>): Stream {
  if (isFinding(stream)) throw new Error(`the input cannot be opened: ${stream.cause}`);
  return stream;
}
