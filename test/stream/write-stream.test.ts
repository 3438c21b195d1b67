import { expect, test } from "vitest";
import { findSpans } from "../../src/stream/find-spans.ts";
import { selectItems } from "../../src/stream/select-items.ts";
import { changePart } from "../../src/stream/write-stream.ts";
import { at, set } from "../../src/yaml/edit/change.ts";

test("an item that was read is not parsed once more to be changed", () => {
  const head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n";
  const stream = findSpans(Buffer.from(`${head}- kind: Pod\n  metadata:\n    name: a\n`));
  if (stream === undefined) throw new Error("the stream is laid out as hosts write it");
  const [pod] = selectItems(stream, ["Pod"]).found;
  if (pod === undefined) throw new Error("there is a Pod");
  const replacements = changePart(stream, pod.item, at(["metadata", "name"], set("b")));
  expect([...(replacements?.values() ?? [])].map(({ text }) => text)).toEqual([
    "- kind: Pod\n  metadata:\n    name: b\n",
  ]);
  expect(stream.parses).toBe(1);
});
