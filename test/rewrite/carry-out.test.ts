import { expect, test } from "vitest";
import { run } from "../../src/rewrite/run.ts";
import { oneFile } from "../stream/open.ts";

const agent = (name: string, spec: string): string => `- apiVersion: apps/v1
  kind: DaemonSet
  metadata:
    name: ${name}
  ${spec}:
    template:
      spec:
        containers:
        - name: collector
`;

const config = (name: string): string => `- apiVersion: intercept-backends.dev/v1alpha1
  kind: InterceptBackends
  metadata:
    name: ${name}
  spec:
    agent:
      name: ${name}
`;

const HEAD = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- kind: A\n  &k spec: b\n";

test.each([
  ["the first", "*k ", "spec"],
  ["the last", "spec", "*k "],
])("where the text of %s of two agents allows no change, none is changed", (_, ofFirst, ofLast) => {
  const text = [HEAD, agent("one", ofFirst), agent("two", ofLast), config("one"), config("two")].join("");
  const { output, findings } = run(oneFile(text));
  expect(findings.filter(({ severity }) => severity === "error").map(({ cause }) => cause)).toEqual([
    expect.stringMatching(/^the DaemonSet is written in a form of YAML that cannot be edited/),
  ]);
  const written = Buffer.concat(output).toString();
  expect(written.startsWith(`${text}results:\n`)).toBe(true);
});
