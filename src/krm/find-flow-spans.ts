import { hasEscape, NOT_JSON, passArray, passBlanks, passObject, passValue, plainText } from "./json-text.ts";
import { byteOrderMark, startsWith } from "./lines.ts";
import type { Item, Part, Stream } from "./stream.ts";

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;

const KIND = '"kind"';

/** Every part is a region of its own. */
const ITSELF = [] as const;

/** How many characters before a member tell whether it stands on a line of its own, as for any other flow collection. */
const LEAD = 200;

/** A member of the root: byte offsets of its key, of its value and behind it. */
interface Member {
  key: number;
  start: number;
  end: number;
}

/**
 * Finds the parts of a ResourceList that is strict JSON (RFC 8259) by its quotes, brackets and commas alone. JSON is YAML as
 * well (YAML 1.2.2, 1.2), so that a value parsed on its own means what it means in the whole text: it has no anchors.
 * Returns undefined for everything else, which is then a matter for the full parse: YAML that JSON is not, root keys
 * that repeat or hide behind escapes, and a root without a `kind` or a list of `items`.
 */
export function findJsonSpans(bytes: Uint8Array): Stream | undefined {
  const root = new Map<string, Member>();
  const items: Item[] = [];
  const end = passObject(bytes, passBlanks(bytes, byteOrderMark(bytes)), 0, (_, start, depth, key) => {
    const name = plainText(bytes, key);
    if (name === undefined || root.has(name)) return NOT_JSON;
    const behind = name === "items" ? passItems(bytes, start, depth, items) : passValue(bytes, start, depth);
    root.set(name, { key, start, end: behind });
    return behind;
  });
  if (end === NOT_JSON || passBlanks(bytes, end) !== bytes.length) return undefined;
  const head = headOf(bytes, root);
  const last = [...root.values()].at(-1);
  if (!head?.has("kind") || !root.has("items") || last === undefined) return undefined;
  const stream: Stream = {
    bytes,
    way: "JSON",
    head,
    manifests: new Map(),
    parses: 0,
    items,
    resultsAt: { offset: last.end, separator: `,${ownLine(bytes, last.key) ?? " "}` },
  };
  const functionConfig = partOf(root.get("functionConfig"));
  const results = partOf(root.get("results"));
  if (functionConfig) stream.functionConfig = functionConfig;
  if (results) stream.results = results;
  return stream;
}

function passItems(bytes: Uint8Array, from: number, depth: number, items: Item[]): number {
  return passArray(bytes, from, depth, (_, start, inner) => {
    const item: Item = { start, end: start, path: ITSELF, kind: "" };
    item.end = bytes[start] === OPEN_BRACE ? passItem(bytes, inner, item) : passValue(bytes, start, inner);
    items.push(item);
    return item.end;
  });
}

function passItem(bytes: Uint8Array, depth: number, item: Item): number {
  return passObject(bytes, item.start, depth, (_, value, inner, key) => {
    if (startsWith(bytes, key, KIND)) item.kind = bytes[value] === QUOTE ? plainText(bytes, value) : "";
    else if (item.kind === "" && hasEscape(bytes, key)) item.kind = undefined;
    return passValue(bytes, value, inner);
  });
}

/** The root's apiVersion and kind; undefined where one of them is not plain to see. */
function headOf(bytes: Uint8Array, root: ReadonlyMap<string, Member>): Map<string, string> | undefined {
  const head = new Map<string, string>();
  for (const key of ["apiVersion", "kind"]) {
    const member = root.get(key);
    if (member === undefined) continue;
    const value = plainText(bytes, member.start);
    if (value === undefined) return undefined;
    head.set(key, value);
  }
  return head;
}

function partOf(member: Member | undefined): Part | undefined {
  return member && { start: member.start, end: member.end, path: ITSELF };
}

/** The line break and the indentation before a key that stands on a line of its own. */
function ownLine(bytes: Uint8Array, key: number): string | undefined {
  const before = String.fromCharCode(...bytes.subarray(Math.max(0, key - LEAD), key));
  return /\r?\n[ \t]*$/.exec(before)?.[0];
}
