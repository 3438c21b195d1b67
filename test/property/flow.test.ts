import { describe, expect, test } from "vitest";
import { findFlowSpans } from "../../src/stream/find-flow-spans.ts";
import type { Part } from "../../src/stream/stream.ts";
import { readAny } from "../../src/yaml/read-any.ts";
import { isSource, toPlain } from "../../src/yaml/source.ts";
import { flowStreams, mutatedFlow, soups } from "./flow-streams.ts";
import { jsonStreams, mutatedJson } from "./json-streams.ts";
import { check, runText } from "./run-text.ts";

/** What stands at a part, by the package alone. */
function meaningOf(text: string, part: Part): unknown {
  const source = readAny(Buffer.from(text).toString("utf8", part.start, part.end));
  return isSource(source) ? toPlain(source) : "no YAML";
}

describe("for pieces of flow style in any order", () => {
  test("each part means by itself what the package yaml sees there in the whole text", () => {
    check(soups, (text) => {
      const stream = findFlowSpans(Buffer.from(text));
      const source = stream && readAny(text);
      if (source === undefined || !isSource(source)) return;
      const whole = toPlain(source) as Record<string, unknown>;
      expect(Object.fromEntries(stream?.head ?? [])["kind"]).toBe(whole["kind"]);
      expect(stream?.items.map((item) => meaningOf(text, item))).toEqual(whole["items"]);
      for (const [at, item] of (whole["items"] as { kind?: unknown }[]).entries()) {
        const kind = stream?.items[at]?.kind;
        if (kind !== undefined) expect(kind).toBe(typeof item?.kind === "string" ? item.kind : "");
      }
      for (const key of ["functionConfig", "results"] as const) {
        const part = stream?.[key];
        expect(part === undefined ? undefined : meaningOf(text, part)).toEqual(whole[key]);
      }
    });
  });
});

describe.each([
  ["flow style", flowStreams],
  ["JSON", jsonStreams],
])("for every ResourceList in %s", (_, streams) => {
  test("brackets and full parse give the same bytes and the same findings", () => {
    check(streams, (text) => {
      const byBrackets = runText(text);
      const byParse = runText(text, { way: "full parse" });
      expect(byBrackets.effort?.way).toBe("brackets");
      expect(byBrackets.effort?.items).toBe(byParse.effort?.items);
      expect(byBrackets.text).toBe(byParse.text);
      expect(byBrackets.findings).toEqual(byParse.findings);
    });
  });

  test("a second run changes no byte", () => {
    check(streams, (text) => {
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

describe("for every text that was one of them", () => {
  test.each([
    ["JSON", mutatedJson],
    ["flow style", mutatedFlow],
  ])("%s: brackets and full parse agree wherever the full parse can read the text", (_, texts) => {
    check(texts, (text) => {
      const byBrackets = runText(text);
      const byParse = runText(text, { way: "full parse" });
      if (byParse.effort === undefined) return;
      expect(byBrackets.text).toBe(byParse.text);
      expect(byBrackets.findings).toEqual(byParse.findings);
    });
  });
});
