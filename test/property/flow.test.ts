import { describe, expect, test } from "vitest";
import { isSource, parse, toPlain } from "../../src/yaml/parse.ts";
import { flowLists, mutatedFlow } from "./flow-streams.ts";
import { jsonLists, jsonStreams, mutatedJson } from "./json-streams.ts";
import type { ListText } from "./json-streams.ts";
import { check, runText } from "./run-text.ts";

/** A ResourceList with the layout that hosts give it, and each value in JSON. */
function asHostsLayItOut(list: ListText["list"]): string {
  const entries = Object.entries(list).map(([key, value]) =>
    key === "items"
      ? `items:\n${(value as unknown[]).map((item) => `- ${JSON.stringify(item)}\n`).join("")}`
      : `${key}: ${JSON.stringify(value)}\n`,
  );
  return entries.join("");
}

/** What a text means, but for lines and columns in messages. */
function meaningOf(text: string): unknown {
  const source = parse(text.replace(/^\ufeff/, ""));
  if (!isSource(source)) throw new Error(source.message);
  return JSON.parse(JSON.stringify(toPlain(source)).replaceAll(/"line \d+, column \d+: /g, '"'));
}

describe.each([
  ["flow style", flowLists],
  ["JSON", jsonLists],
])("for every ResourceList in %s", (_, lists) => {
  test("the result is that of the same one as hosts lay it out", () => {
    check(lists, ({ text, list }) => {
      const outcome = runText(text);
      const usual = runText(asHostsLayItOut(list));
      expect([outcome.stream?.way, usual.stream?.way]).toEqual(["full parse", "lines"]);
      expect(outcome.stream?.kinds).toEqual(usual.stream?.kinds);
      const [found, wanted] = [outcome, usual].map(({ findings }) => findings.map(({ position: __, ...rest }) => rest));
      expect(found).toEqual(wanted);
      expect(meaningOf(outcome.text)).toEqual(meaningOf(usual.text));
    });
  });

  test("a second run changes no byte", () => {
    check(lists, ({ text }) => {
      const once = runText(text).text;
      expect(runText(once).text).toBe(once);
    });
  });
});

test("what comes out for JSON is JSON", () => {
  check(jsonStreams, (text) => {
    expect(() => JSON.parse(runText(text).text.replace(/^\ufeff/, "")) as unknown).not.toThrow();
  });
});

test.each([
  ["JSON", mutatedJson],
  ["flow style", mutatedFlow],
])("a second run changes no byte of mutated %s either", (_, texts) => {
  check(texts, (text) => {
    const once = runText(text);
    expect(runText(once.text).text).toBe(once.text);
    if (once.stream === undefined) expect(once.text).toBe(Buffer.from(text).toString());
  });
});
