import { expect, test } from "vitest";
import { findSpans } from "../../src/stream/find-spans.ts";

const head = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n";

/** The kinds of the items of a ResourceList, from the text below `items:`. */
function kindsIn(items: string): (string | undefined)[] | undefined {
  return findSpans(Buffer.from(head + items))?.items.map(({ kind }) => kind);
}

test.each([
  ["in a comment", "- apiVersion: v1\n #kind: Secret\n  kind: Service\n", ["Service"]],
  ["deeper", "- metadata:\n    kind: Secret\n  kind: Service\n- kind: Pod\n", ["Service", "Pod"]],
  ["in the text of a block scalar", "- data: |\n   kind: Secret\n  kind: Service\n", ["Service"]],
  ["in an indented list", "  - a: b\n    kind: Service\n  - kind: Pod\n", ["Service", "Pod"]],
  ["behind a wide dash", "-   a: b\n    kind: Service\n-   kind: Pod\n", ["Service", "Pod"]],
  ["quoted, which only a parse can tell", '- a: b\n  "kind": Service\n- kind: Pod\n', [undefined, "Pod"]],
  ["other than that of an item that begins alike", "- a: b\n  kind: Pod\n- a: b\n  kind: Job\n", ["Pod", "Job"]],
  ["in some of the items that begin alike", "- a: b\n- a: b\n  kind: Pod\n- a: b\n- c: d\n", ["", "Pod", "", ""]],
  ["cut short", "- a: b\n  kind: Pod\n- a: b\n  kind: Pod\n- a: b\n  kind: Po", ["Pod", "Pod", "Po"]],
  ["without a line break at the end", "- a: b\n- kind: Pod", ["", "Pod"]],
])("a kind %s", (_, items, kinds) => {
  expect(kindsIn(items)).toEqual(kinds);
});
