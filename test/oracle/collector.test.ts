import * as fc from "fast-check";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { chooseContainer, readAgent } from "../../src/agent/agent-state.ts";
import { isRecord } from "../../src/base/record.ts";
import { readAgentConfig } from "../../src/collector/agent-config.ts";
import { Sources } from "../../src/collector/sources.ts";
import { Text } from "../../src/collector/text.ts";
import { readManifest } from "../../src/stream/read-manifest.ts";
import { readPlainV3 } from "../../src/yaml/parse.ts";
import { UNKNOWN } from "../../src/telemetry/go-url.ts";
import { freshFolder } from "../folders.ts";
import { buildOracle, startLines } from "./oracle.ts";

const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 3000);

/** A configuration in parts, and the variables of the container. */
interface Question {
  files: string[];
  env: Record<string, string>;
  folder: string;
}

/** What the collector's own resolver says. */
interface Answer {
  config?: Record<string, unknown>;
  refusal?: string;
}

/** Pieces of a text, many of them placeholders, whole and broken, that the variables fill in. */
const PIECES = [
  "mesh.b :4317 ${env:A} ${A} ${env:N} ${env:L} ${env:M} ${env:E} ${env:W} ${env:${env:W}} ${env:P}",
  "${env:U:-d} ${env:U:-} ${env:A:-d} ${yaml:x} $$ $ ${ } $${env:A} $$${env:A}",
];
const piece = fc.constantFrom(...PIECES.flatMap((line) => line.split(" ")));
const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));
const key = fc.constantFrom("exporters", "otlp", "endpoint", "a", "b", "c::d", "e::endpoint", "otlp/x");
const { tree } = fc.letrec<{ tree: unknown; value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    { weight: 4, arbitrary: text },
    fc.constantFrom(1, true, null, "x"),
    fc.array(text, { maxLength: 3 }),
    tie("tree"),
  ),
  tree: fc.dictionary(key, tie("value"), { maxKeys: 4 }),
}));
const env = fc.record({
  A: fc.constantFrom("gateway.b", "${env:N}", "a$$b", "x: y"),
  N: fc.constantFrom("4317", "0123", "1.50", "true"),
  L: fc.constantFrom("[a, b]", "[]"),
  M: fc.constantFrom("{endpoint: 'm.b:1'}", "{}"),
  E: fc.constant(""),
  W: fc.constantFrom("A", "N"),
  P: fc.constantFrom("$$", "p"),
});

/** What we make of it: the values as the fields of an exporter read them, texts as such. */
function ours({ files, env: variables }: Question): unknown {
  const names = files.map((_, at) => String.fromCodePoint(97 + at));
  const agent = readManifest({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "agent", namespace: "m" },
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: "otc",
              args: names.map((name) => `--config=/conf/${name}`),
              // The kubelet fills in $(NAME), and $$ is an escape of its own.
              env: Object.entries(variables).map(([name, value]) => ({ name, value: value.replaceAll("$", "$$$$") })),
              volumeMounts: [{ name: "conf", mountPath: "/conf" }],
            },
          ],
          volumes: [{ name: "conf", configMap: { name: "conf" } }],
        },
      },
    },
  });
  const data = Object.fromEntries(names.map((name, at) => [name, files[at]]));
  const source = readManifest({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "conf", namespace: "m" },
    data,
  });
  const state = agent && readAgent(agent);
  if (state === undefined || Array.isArray(state) || source === undefined) throw new Error("no agent");
  const container = chooseContainer(state, undefined);
  if ("severity" in container) throw new Error("no container");
  const config = readAgentConfig(state, container, new Sources([source], "m"));
  return config === undefined || Array.isArray(config) ? config : config.tree;
}

/** Our tree in the types of the collector's: a text where it has one, else what the text means as YAML. */
function alike(own: unknown, theirs: unknown): unknown {
  if (own instanceof Text) {
    // A variable that nobody sets is empty here; in a cluster the image may set it.
    const value = own.filled.value.replaceAll(UNKNOWN, "");
    if (typeof theirs === "string") return value;
    const read = value === "" ? { value: null } : readPlainV3(value);
    return "value" in read ? (read.value ?? null) : value;
  }
  if (Array.isArray(own)) return own.map((each, at) => alike(each, Array.isArray(theirs) ? theirs[at] : undefined));
  if (!isRecord(own)) return own;
  return Object.fromEntries(
    Object.entries(own).map(([name, value]) => [name, alike(value, isRecord(theirs) ? theirs[name] : undefined)]),
  );
}

test("configurations mean what the collector's own resolver makes of them", { timeout: 600_000 }, async (context) => {
  const built = await buildOracle(join(fileURLToPath(new URL(".", import.meta.url)), "collector"));
  if ("missing" in built) {
    if (process.env["REQUIRE_HOSTS"] === "1")
      expect.unreachable(`the collector's resolver cannot be had: ${built.missing}`);
    console.warn(`MISSING: Go, so that configurations are not compared with the collector's: ${built.missing}`);
    return context.skip();
  }
  const resolver = startLines<Answer>(built.program);
  const folder = freshFolder();
  let compared = 0;
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 3 }), env, async (trees, variables) => {
        const question = { files: trees.map((each) => JSON.stringify(each)), env: variables, folder };
        const { config } = await resolver.ask(question);
        // What the collector refuses does not run, so that it does not matter what is made of it.
        if (config === undefined) return;
        compared++;
        expect(alike(ours(question), config)).toEqual(config);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  } finally {
    resolver.stop();
  }
  console.info(`${compared} configurations compared with the collector's resolver`);
  expect(compared).toBeGreaterThan(RUNS / 4);
});
