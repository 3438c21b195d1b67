import { readdirSync, type Dirent } from "node:fs";

/** An entry of a folder; `shown` is its name as bytes where that is not UTF-8, so that nothing can open it by its name. */
export interface Entry {
  dirent: Dirent;
  notUtf8?: { shown: string };
}

/**
 * The entries of a folder by name. Node and Bun replace what is not UTF-8 in a name, and the file behind it is then not
 * found: a caller that skips such a name loses a file, so it has to refuse it.
 */
export function readFolder(folder: string): Entry[] {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((one, other) =>
    one.name < other.name ? -1 : 1,
  );
  if (!entries.some(({ name }) => name.includes(REPLACEMENT))) return entries.map((dirent) => ({ dirent }));
  const decoder = new TextDecoder();
  const broken = new Map(
    readdirSync(folder, { encoding: "buffer" })
      .filter((bytes) => !bytes.equals(Buffer.from(bytes.toString("utf8"))))
      .map((bytes) => [decoder.decode(bytes), shownBytes(bytes)]),
  );
  return entries.map((dirent) => {
    const shown = broken.get(dirent.name);
    return shown === undefined ? { dirent } : { dirent, notUtf8: { shown } };
  });
}

/** What takes the place of bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";

/** Bytes as text in which those beyond ASCII are `\xNN`. */
function shownBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`,
  ).join("");
}
