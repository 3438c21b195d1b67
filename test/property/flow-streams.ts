import * as fc from "fast-check";
import { parse } from "yaml";
import { lists, mutated, PUT_IN } from "./json-streams.ts";
import type { ListText } from "./json-streams.ts";

/** True for a string that in braces means itself without quotes, in each version of YAML. */
function isPlain(text: string): boolean {
  if (/[\0-\x1f\x7f\ufeff]/.test(text) || !/^(?:-[^\s,[\]{}]|[A-Za-z0-9_/.+~$()^;\\=\x80-\uffff])/.test(text))
    return false;
  try {
    return (["1.1", "1.2"] as const).every((version) => {
      const read: unknown = parse(`{${text}: [${text}]}`, { version, logLevel: "error" });
      return JSON.stringify(read) === JSON.stringify({ [text]: [text] });
    });
  } catch {
    return false;
  }
}

/** How scalars are written and what stands between them, taken in turns. */
interface Habits {
  quotes: string[];
  gaps: string[];
  hasLastComma: boolean[];
}

/** Data in flow style, written by a person of some habits. */
function printFlow(data: unknown, { quotes, gaps, hasLastComma }: Habits): string {
  let count = 0;
  const next = <Choice>(choices: readonly Choice[]): Choice => choices[count++ % choices.length] as Choice;
  const gap = (usual = ""): string => next(gaps) || usual;
  const scalar = (value: unknown): string => {
    if (typeof value !== "string") return String(value);
    const quote = next(quotes);
    if (quote === "" && isPlain(value)) return value;
    return quote === "'" && !/[\0-\x1f\x7f]/.test(value) ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value);
  };
  const pair = ([name, value]: [string, unknown]): string => {
    const key = scalar(name);
    const colon = /^["']/.test(key) ? `${gap()}:${gap()}` : `:${gap(" ")}`;
    return key + colon + print(value);
  };
  const print = (value: unknown): string => {
    if (typeof value !== "object" || value === null) return scalar(value);
    const members = Array.isArray(value) ? value.map(print) : Object.entries(value).map(pair);
    const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
    const behind = members.length > 0 && next(hasLastComma) ? `${gap()},` : "";
    return `${open}${gap()}${members.join(`${gap()},${gap(" ")}`)}${behind}${gap()}${close}`;
  };
  return print(data);
}

const habits = fc.record({
  quotes: fc.array(fc.constantFrom("", "", "", "'", '"'), { minLength: 1, maxLength: 7 }),
  gaps: fc.array(fc.constantFrom("", "", "", " ", "\n", "\n  ", "\t", " # c: {\n  ", " \n\n  # 'c'\n\n "), {
    minLength: 1,
    maxLength: 7,
  }),
  hasLastComma: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
});

/** ResourceLists in flow style with as few quotes as somebody likes, which JSON is not, and what they mean. */
export const flowLists: fc.Arbitrary<ListText> = fc
  .record({
    list: lists,
    habits,
    start: fc.constantFrom("", "", " ", "# {c}\n", "\n # c\n\n"),
    end: fc.constantFrom("", "\n", " # c", "\n# c\n"),
    isWindows: fc.boolean(),
    hasMark: fc.boolean(),
  })
  .map((choice) => {
    const text = choice.start + printFlow(choice.list, choice.habits) + choice.end;
    return {
      list: choice.list,
      text: (choice.hasMark ? "\ufeff" : "") + (choice.isWindows ? text.replaceAll("\n", "\r\n") : text),
    };
  });

/** The same as text. */
export const flowStreams = flowLists.map(({ text }) => text);

/** What means something in flow style, or ends what stands before. */
const FLOW_PIECES = [
  "kind: DaemonSet, ",
  "<<: {kind: DaemonSet}, ",
  "a b",
  "a: ",
  ": ",
  "a,",
  "- ",
  "-",
  "[a: b], ",
].concat(
  [
    "&a ",
    "*a",
    "!x ",
    "? ",
    "# ",
    " # c\n",
    "\n# c\n",
    "\n  b",
    "\n--- ",
    "\n...\n",
    "'it''s' ",
    "''",
    ".",
    "~",
    "@",
    "%",
  ],
  [
    "|",
    ">",
    "null",
    "{}",
    "results: [], ",
    "items: [], ",
    "'kind': 'Secret', ",
    '"\\x6bind": DaemonSet, ',
    "\0",
    "\u00a0",
  ],
);

/** Flow style with a few characters changed. */
export const mutatedFlow = mutated(flowStreams, [...PUT_IN, ...FLOW_PIECES]);
