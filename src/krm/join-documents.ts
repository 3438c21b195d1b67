import { byteOrderMark, isDocumentStart, lineFrom } from "./lines.ts";

const LF = 0x0a;

/** Several files as one stream of documents: a `---` line goes between two where neither brings one. */
export function joinDocuments(files: readonly Uint8Array[]): Uint8Array {
  const [only] = files;
  if (files.length === 1 && only) return only;
  const pieces = files.flatMap((whole, position) => {
    const file = position === 0 ? whole : whole.subarray(byteOrderMark(whole));
    if (position === 0 || isDocumentStart(file, lineFrom(file, 0))) return [lineEnded(file)];
    return [Buffer.from("---\n"), lineEnded(file)];
  });
  return Buffer.concat(pieces);
}

function lineEnded(file: Uint8Array): Uint8Array {
  return file.length === 0 || file.at(-1) === LF ? file : Buffer.concat([file, Buffer.from("\n")]);
}
