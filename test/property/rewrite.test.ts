import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { readManifest } from "../../src/stream/read-manifest.ts";
import type { Finding } from "../../src/base/finding.ts";
import type { Manifest } from "../../src/base/manifest.ts";
import { HEAD } from "../stream/open.ts";
import { meaning, naiveRewrite } from "./naive.ts";
import { check, openByParse, runStream, runText } from "./run-text.ts";
import { mutatedStreams, streams } from "./streams.ts";

function functionConfig(spec: object): Manifest {
  const config = { apiVersion: "intercept-backends.dev/v1alpha1", kind: "InterceptBackends", metadata: { name: "c" } };
  const manifest = readManifest({ ...config, spec });
  if (manifest === undefined) throw new Error("a map is a manifest");
  return manifest;
}

function interception(value: string): Manifest {
  return functionConfig({ trafficInterception: value });
}

const ADDITIONAL = functionConfig({ ports: { additional: [7777] } });

/** True for a pod template in which nothing of ours stands and no empty map or list would have to be told from none. */
function isUntouched({ metadata, spec }: Record<string, any>): boolean {
  const annotations = Object.keys(metadata.annotations ?? { none: "" });
  const volumes = JSON.stringify([spec.volumes ?? null, spec.containers[0].volumeMounts ?? null]);
  const isForeign = annotations.length > 0 && annotations.every((key) => !key.includes("istio.io"));
  return isForeign && !volumes.includes("istio-certs") && !volumes.includes("[]");
}

describe("for every stream", () => {
  test("a second run changes no byte", () => {
    check(streams, ({ text }) => {
      const once = runText(text).text;
      expect(runText(once).text).toBe(once);
    });
  });

  test("what the output means is what a naive rewrite of the objects gives", () => {
    check(streams, ({ text, resources, agent, ports }) => {
      const outcome = runText(text);
      expect(outcome.findings.filter(({ severity }) => severity === "error")).toEqual([]);
      const before = parse(text, { merge: true }).items;
      const after = parse(outcome.text, { merge: true }).items;
      expect(after).toHaveLength(resources.length);
      const wanted = naiveRewrite(before[agent], ports, parse);
      expect(meaning(after[agent], parse)).toEqual(wanted);
      expect(after.toSpliced(agent, 1)).toEqual(before.toSpliced(agent, 1));
    });
  });

  test("every byte before and after the agent is the input's", () => {
    check(streams, ({ text, head, tail }) => {
      const output = runText(text).text;
      // Without a final line break the results stand before the items.
      const items = text.endsWith("\n") ? output : output.replace(/results:\r?\n(?:[- ].*\r?\n)*(?=items:)/, "");
      expect(items.startsWith(head)).toBe(true);
      expect(items.slice(head.length)).toContain(tail);
    });
  });

  test("the order of the pipelines does not matter", () => {
    check(fc.tuple(streams, fc.nat()), ([stream, shift]) => {
      const pipelines = stream.resources.filter(({ object }) => object["kind"] === "MetricPipeline");
      fc.pre(pipelines.length > 1);
      const turned = pipelines.map((_, at) => pipelines[(at + shift) % pipelines.length]);
      const swapped = stream.resources.map((resource) => {
        const at = pipelines.indexOf(resource);
        return at === -1 ? resource : (turned[at] ?? resource);
      });
      const textOf = (resources: typeof swapped): string =>
        `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n${resources.map(({ text }) => `${text}\n`).join("")}`;
      const agentIn = (text: string): unknown => parse(runText(text).text).items[stream.agent];
      expect(agentIn(textOf(swapped))).toEqual(agentIn(textOf(stream.resources)));
    });
  });

  test("with nothing to change the output is the input", () => {
    check(streams, ({ text }) => {
      const settled = runText(text).text.replace(/\r?\nresults:[^]*?(?=\r?\n[a-zA-Z]|$)/, "");
      const again = runText(settled);
      const told = again.findings.filter(({ severity }) => severity === "info");
      expect(told).toEqual([]);
      if (again.findings.length === 0) expect(again.text).toBe(settled);
    });
  });

  test("Off after On leaves what Off alone makes of it", () => {
    check(streams, ({ text, resources, agent }) => {
      const spec = resources[agent]?.object["spec"] as { template: Record<string, any> };
      fc.pre(isUntouched(spec.template));
      const afterOn = runText(text, { functionConfig: interception("On") });
      const afterOff = runText(withoutResults(afterOn.text), { functionConfig: interception("Off") });
      const offAlone = runText(text, { functionConfig: interception("Off") });
      expect(withoutResults(afterOff.text)).toBe(withoutResults(offAlone.text));
    });
  });

  test("lines and full parse give the same bytes and the same findings", () => {
    check(streams, ({ text }) => {
      const byLines = runText(text);
      const whole = openByParse(text);
      if (whole === undefined) throw new Error("the stream is a ResourceList");
      expect(whole.kinds).toEqual(byLines.stream?.kinds);
      const byParse = runStream(whole);
      expect(withoutResults(byParse.text)).toBe(withoutResults(byLines.text));
      expect(byParse.findings).toEqual(byLines.findings);
    });
  });

  test("as documents the resources are the same, with the same changes", () => {
    check(streams, ({ text, resources, ports }) => {
      const mark = /\r\n/.test(text) ? "\r\n" : "\n";
      // Indented by two columns, as it is after a dash, so that what is in it stays deeper than that.
      const documents = resources.map((resource) => `${resource.text.replace(/^- /, "  ")}\n`.replaceAll("\n", mark));
      fc.pre(!documents.some((document) => /^---/m.test(document)));
      const options = ports.includes(7777) ? { functionConfig: ADDITIONAL } : {};
      const outcome = runText(documents.join(`---${mark}`), { ...options, allowManifests: true });
      const asList = runText(`${HEAD}${resources.map((resource) => `${resource.text}\n`).join("")}`, options);
      expect(withoutPlaces(outcome.findings)).toEqual(withoutPlaces(asList.findings));
      const items = (asList.stream?.select(asList.stream.kinds).manifests ?? []).map(({ object }) => object);
      const found = outcome.stream?.select(outcome.stream.kinds).manifests.map(({ object }) => object);
      expect(found).toEqual(items);
      const changed = parseAllDocuments(outcome.text, { merge: true }).map((document) => document.toJS() as unknown);
      expect(changed).toEqual(parse(asList.text, { merge: true }).items);
    });
  });

  test("the pipelines, the agent and what they need are all that is parsed", () => {
    check(streams, ({ text, resources }) => {
      const outcome = runText(text);
      fc.pre(outcome.stream?.way === "lines");
      const matter = resources.filter(
        ({ object }) => object["kind"] === "MetricPipeline" || object["kind"] === "DaemonSet",
      );
      const unclear = resources.filter(
        ({ object, text: item }) => object["kind"] !== "" && !/^(?:- | {2})kind: ["']?[A-Za-z]+["']?$/m.test(item),
      );
      expect(outcome.stream?.effort.parsed).toBeLessThanOrEqual(matter.length + unclear.length + 3);
    });
  });
});

describe("for every text", () => {
  test("nothing is thrown, and what is no ResourceList comes out as it came", () => {
    check(fc.oneof(fc.string(), fc.string({ unit: "binary" }), mutatedStreams), (text) => {
      const outcome = runText(text);
      if (outcome.stream === undefined) {
        expect(outcome.text).toBe(Buffer.from(text).toString());
        expect(outcome.findings.map(({ severity }) => severity)).toEqual(["error"]);
      }
    });
  });

  test("lines and full parse find the same resources wherever the full parse can read the text", () => {
    check(mutatedStreams, (text) => {
      const whole = openByParse(text);
      const outcome = runText(text);
      fc.pre(whole !== undefined && outcome.stream !== undefined);
      const { stream: byLines } = outcome;
      if (whole === undefined || byLines === undefined) return;
      expect(byLines.kinds).toEqual(whole.kinds);
      const [ofLines, ofWhole] = [byLines, whole].map((stream) => stream.select(stream.kinds));
      expect(ofLines?.manifests.map(({ object }) => object)).toEqual(ofWhole?.manifests.map(({ object }) => object));
      const byParse = runStream(whole);
      expect(withoutResults(outcome.text)).toBe(withoutResults(byParse.text));
      expect(outcome.findings).toEqual(byParse.findings);
    });
  });

  test("a second run changes no byte of a mutated stream either", () => {
    check(mutatedStreams, (text) => {
      const once = runText(text).text;
      expect(runText(once).text).toBe(once);
    });
  });
});

/** Where results go differs when the text does not end with a line break; what they say is compared as findings. */
function withoutResults(text: string): string {
  return text.replace(/^results:\r?\n(?:[- ].*(?:\r?\n|$))*/m, "").trimEnd();
}

function withoutPlaces(findings: readonly Finding[]): Finding[] {
  return findings.map(({ position: _position, ...finding }) => finding);
}
