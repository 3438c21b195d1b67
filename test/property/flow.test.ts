import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonStreams, mutatedJson } from "./json-streams.ts";
import { check, runText } from "./run-text.ts";

describe("for every ResourceList in JSON", () => {
  test("JSON and full parse give the same bytes and the same findings", () => {
    check(jsonStreams, (text) => {
      const byJson = runText(text);
      const byParse = runText(text, { way: "full parse" });
      expect(byJson.effort?.way).toBe("JSON");
      expect(byJson.effort?.items).toBe(byParse.effort?.items);
      expect(byJson.text).toBe(byParse.text);
      expect(byJson.findings).toEqual(byParse.findings);
    });
  });

  test("a second run changes no byte, and what comes out is JSON", () => {
    check(jsonStreams, (text) => {
      const once = runText(text).text;
      expect(runText(once).text).toBe(once);
      expect(() => JSON.parse(once.replace(/^\ufeff/, "")) as unknown).not.toThrow();
    });
  });
});

describe("for every text that was JSON", () => {
  test("JSON and full parse agree wherever the full parse can read the text", () => {
    check(mutatedJson, (text) => {
      const byJson = runText(text);
      const byParse = runText(text, { way: "full parse" });
      fc.pre(byParse.effort !== undefined);
      expect(byJson.text).toBe(byParse.text);
      expect(byJson.findings).toEqual(byParse.findings);
    });
  });
});
