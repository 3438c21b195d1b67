import * as fc from "fast-check";
import { agentObject, otherObject, pipelineObject } from "./streams.ts";

const config = fc.constantFrom(
  null,
  {},
  { apiVersion: "v1", kind: "ConfigMap", data: { "ports.additional": "7777" } },
  {
    apiVersion: "intercept-backends.dev/v1alpha1",
    kind: "InterceptBackends",
    metadata: { name: "c" },
    spec: { ports: { socketLoadBalancer: true } },
  },
);

const results = fc.constantFrom(null, [], [{ message: "é 🚀 of another function", severity: "info" }], [1, [2]]);

const element = fc.oneof(
  { weight: 4, arbitrary: pipelineObject },
  { weight: 4, arbitrary: otherObject },
  {
    weight: 1,
    arbitrary: fc.constantFrom(null, 1, "DaemonSet", [], {}, { kind: 1 }, { kind: null }, [[{ kind: "A" }]]),
  },
);

/** ResourceLists as data, their members in any order. */
export const lists: fc.Arbitrary<ListText["list"]> = fc
  .record(
    {
      agent: agentObject,
      elements: fc.array(element, { maxLength: 5 }),
      place: fc.nat({ max: 5 }),
      functionConfig: fc.oneof({ weight: 9, arbitrary: config }, { weight: 1, arbitrary: fc.constant("none") }),
      results: fc.oneof({ weight: 9, arbitrary: results }, { weight: 1, arbitrary: fc.constant({}) }),
      metadata: fc.constantFrom({ name: "list" }, 1.5e3, [true, -1]),
      order: fc.array(fc.nat({ max: 9 }), { minLength: 6, maxLength: 6 }),
    },
    { requiredKeys: ["agent", "elements", "place", "order"] },
  )
  .map(({ agent, elements, place, order, ...members }) => {
    const items = elements.toSpliced(place, 0, agent);
    const root = { apiVersion: "config.kubernetes.io/v1", kind: "ResourceList", items, ...members };
    const entries = Object.entries(root).map((entry, at) => ({ entry, rank: order[at] ?? 0 }));
    return Object.fromEntries(entries.toSorted((a, b) => a.rank - b.rank).map(({ entry }) => entry));
  });

/** Words that a printer may write with escapes. */
const escapes = fc.constantFrom(
  (text: string) => text,
  (text: string) => text.replaceAll("DaemonSet", "Daemon\\u0053et"),
  (text: string) => text.replaceAll("MetricPipeline", "\\u004detricPipeline"),
  (text: string) => text.replaceAll(/"kind": ?"(?!ResourceList)/g, '"k\\u0069nd":"'),
  (text: string) => text.replaceAll("/", "\\/"),
  (text: string) => text.replaceAll(/[^\0-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`),
);

const blanks = fc.array(fc.constantFrom("", "", " ", "\n", "\t", "\n\n  ", " \t "), { minLength: 1, maxLength: 7 });

/** A ResourceList as text, and what it means. */
export interface ListText {
  text: string;
  list: Readonly<Record<string, unknown>>;
}

/** ResourceLists as JSON, printed with the habits of many programs, and what they mean. */
export const jsonLists: fc.Arbitrary<ListText> = fc
  .record({
    list: lists,
    space: fc.constantFrom(0, 2, "\t"),
    escape: escapes,
    blanks: fc.option(blanks, { nil: [""] }),
    end: fc.constantFrom("", "\n", " \n\n"),
    isWindows: fc.boolean(),
    hasMark: fc.boolean(),
  })
  .map((choice) => {
    const printed = choice.escape(JSON.stringify(choice.list, null, choice.space));
    let count = 0;
    const blank = (): string => choice.blanks[count++ % choice.blanks.length] ?? "";
    const spread = printed.replaceAll(/"(?:\\.|[^"\\])*"|[{}[\],:]/g, (token) =>
      token.startsWith('"') ? token : blank() + token + blank(),
    );
    const text = (choice.isWindows ? spread.replaceAll("\n", "\r\n") : spread) + choice.end;
    return { list: choice.list, text: (choice.hasMark ? "\ufeff" : "") + text };
  });

/** The same as text. */
export const jsonStreams = jsonLists.map(({ text }) => text);

/** Characters that end, begin or continue something in JSON, in YAML, or in only one of them. */
export const PUT_IN = String.raw`" ' { } [ ] , : \ # 1 x % | null {}, &a *a !!str ? - "<<":{"kind":"DaemonSet"},`
  .split(" ")
  .concat("\t", "\r", "\n", "\0", "\u2028", "\ufeff", "\u00a0", " # c\n", "&a ", "? ", "- ", "\n---\n", "\n...\n");

/** A text with a few characters deleted, doubled or put in. */
export const mutated = (texts: fc.Arbitrary<string>, putIn: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      texts,
      fc.array(
        fc.record({
          at: fc.double({ min: 0, max: 0.999, noNaN: true }),
          next: fc.constantFrom("", '"', "'", "{", "}", "[", "]", ",", ":", "e", "1", "\n"),
          what: fc.constantFrom("delete", "double", "insert"),
          put: fc.constantFrom(...putIn),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    )
    .map(([start, mutations]) => {
      let text = start;
      for (const { at, next, what, put } of mutations) {
        const index = Math.max(0, text.indexOf(next, Math.floor(at * text.length)));
        const old = text.charAt(index);
        const made = { delete: "", double: old + old, insert: put + old }[what];
        text = text.slice(0, index) + (made ?? "") + text.slice(index + 1);
      }
      return text;
    });

/** JSON with a few characters changed. */
export const mutatedJson = mutated(jsonStreams, PUT_IN);
