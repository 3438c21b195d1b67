import { BEYOND, hasEscape, passGap, passList, passMap, passValue, wordAt } from "./flow-text.ts";
import { byteOrderMark } from "./lines.ts";
import type { FlowStyle, Item, Part, ResultsPlace, Stream } from "./stream.ts";

const LF = 0x0a;
const DOUBLE_QUOTE = 0x22;
const DASH = 0x2d;
const DOT = 0x2e;
const SMALL_K = 0x6b;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

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
 * Finds the parts of a ResourceList in flow style (YAML 1.2.2, 7.4), JSON among it, by its quotes, brackets and commas alone.
 * A value without anchors, aliases and tags means on its own what it means in the whole text.
 * Returns undefined for everything else, which is then a matter for the full parse: besides those, scalars of several lines,
 * pairs without a value or without braces, root keys that repeat or hide behind escapes, and a root without a `kind` or a
 * list of `items`.
 */
export function findFlowSpans(bytes: Uint8Array): Stream | undefined {
  const root = new Map<string, Member>();
  const items: Item[] = [];
  const end = passMap(bytes, passGap(bytes, byteOrderMark(bytes)), 0, (_, start, depth, key) => {
    const name = wordAt(bytes, key);
    if (name === undefined || root.has(name)) return BEYOND;
    const behind = name === "items" ? passItems(bytes, start, depth, items) : passValue(bytes, start, depth);
    root.set(name, { key, start, end: behind });
    return behind;
  });
  if (end === BEYOND || passGap(bytes, end) !== bytes.length) return undefined;
  const head = headOf(bytes, root);
  const members = [...root.values()];
  const [first, last] = [members[0], members.at(-1)];
  if (!head?.has("kind") || !root.has("items") || first === undefined || last === undefined) return undefined;
  const [functionConfig, results] = [root.get("functionConfig"), root.get("results")];
  if ([functionConfig, results].some((member) => member && mayBeMark(bytes, member))) return undefined;
  const style = bytes[first.key] === DOUBLE_QUOTE ? "json" : "flow";
  return {
    bytes,
    way: "brackets",
    head,
    manifests: new Map(),
    parses: 0,
    items,
    resultsAt: behindMember(bytes, last, style),
    ...(functionConfig && { functionConfig: partOf(functionConfig) }),
    ...(results && { results: partOf(results) }),
  };
}

function passItems(bytes: Uint8Array, from: number, depth: number, items: Item[]): number {
  return passList(bytes, from, depth, (_, start, inner) => {
    const item: Item = { start, end: start, path: ITSELF, kind: "" };
    item.end = bytes[start] === OPEN_BRACE ? passItem(bytes, inner, item) : passValue(bytes, start, inner);
    items.push(item);
    return item.end;
  });
}

function passItem(bytes: Uint8Array, depth: number, item: Item): number {
  return passMap(bytes, item.start, depth, (_, value, inner, key) => {
    // One byte tells most keys apart.
    const mayBeKind = bytes[key] === SMALL_K || bytes[key + 1] === SMALL_K;
    if (mayBeKind && wordAt(bytes, key) === "kind") item.kind = kindAt(bytes, value);
    else if (item.kind === "" && hasEscape(bytes, key)) item.kind = undefined;
    return passValue(bytes, value, inner);
  });
}

function kindAt(bytes: Uint8Array, value: number): string | undefined {
  const isCollection = bytes[value] === OPEN_BRACE || bytes[value] === OPEN_BRACKET;
  return isCollection ? "" : wordAt(bytes, value);
}

/** The root's apiVersion and kind; undefined where one of them is not plain to see. */
function headOf(bytes: Uint8Array, root: ReadonlyMap<string, Member>): Map<string, string> | undefined {
  const head = new Map<string, string>();
  for (const key of ["apiVersion", "kind"]) {
    const member = root.get(key);
    if (member === undefined) continue;
    const value = wordAt(bytes, member.start);
    if (value === undefined) return undefined;
    head.set(key, value);
  }
  return head;
}

function partOf({ start, end }: Member): Part {
  return { start, end, path: ITSELF };
}

/** True for a plain scalar that by itself could begin or end a document. */
function mayBeMark(bytes: Uint8Array, { start }: Member): boolean {
  return bytes[start] === DASH || bytes[start] === DOT;
}

/** Where the root takes one more member, as the editor puts it behind the last one of any flow collection. */
function behindMember(bytes: Uint8Array, { key, end }: Member, style: FlowStyle): ResultsPlace {
  const before = String.fromCharCode(...bytes.subarray(Math.max(0, key - LEAD), key));
  const ownLine = /\r?\n[ \t]*$/.exec(before)?.[0];
  const rest = Buffer.from(bytes.subarray(end, bytes.indexOf(LF, end) + 1)).toString("latin1");
  const comma = ownLine === undefined ? null : /^[ \t]*,[ \t]*(?:#[^\r\n]*)?(?=\r?\n)/.exec(rest)?.[0];
  if (comma) return { offset: end + comma.length, member: { style, before: ownLine ?? "", after: "," } };
  return { offset: end, member: { style, before: `,${ownLine ?? " "}`, after: "" } };
}
