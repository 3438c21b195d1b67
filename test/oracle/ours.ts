import type { Finding } from "../../src/base/finding.ts";
import type { ResourceRef } from "../../src/base/manifest.ts";
import { decide } from "../../src/rewrite/decide.ts";
import type { Select } from "../../src/rewrite/select.ts";
import { configsOf } from "../../src/rewrite/passes.ts";
import { run } from "../../src/rewrite/run.ts";
import { openStream } from "../../src/stream/open-stream.ts";
import { isFinding } from "../../src/stream/problem.ts";
import { applyChange } from "../../src/yaml/edit/apply-change.ts";
import type { Value } from "../../src/yaml/edit/change.ts";
import type { Form } from "./oracle.ts";

/** The kinds of which every resource has to be seen. */
export const KINDS = ["MetricPipeline", "DaemonSet", "Secret", "InterceptBackends"] as const;

/** What a run sees in a text and makes of it. */
export interface Ours {
  errors: readonly Finding[];
  /** The errors for resources of these kinds that cannot be read. */
  refused: readonly Finding[];
  /** Plain data of the resources of these kinds. */
  resources: readonly unknown[];
  functionConfig?: unknown;
  /** The Secrets that the decision got, and the names that it asked for. */
  secrets: { names: readonly string[]; resources: readonly unknown[] };
  output: Buffer;
  /** Agents, and the change that is to be made to each. */
  plans: readonly Plan[];
}

/** An agent, and the change that is to be made to it. */
export interface Plan {
  agent: ResourceRef;
  apply: (agent: unknown) => unknown;
}

/** This file alone knows how a stream is opened: tests of what is seen go by its answer. */
export function readOurs(form: Form, bytes: Buffer): Ours {
  const files = [{ path: "input.yaml", bytes }];
  const allowManifests = form === "manifests";
  const { output, findings } = run(files, { allowManifests });
  const errors = findings.filter(({ severity }) => severity === "error");
  return { errors, ...see(files, allowManifests), output: Buffer.concat(output) };
}

function see(
  files: readonly { path: string; bytes: Buffer }[],
  allowManifests: boolean,
): Omit<Ours, "errors" | "output"> {
  const [names, secrets]: [string[], unknown[]] = [[], []];
  const stream = openStream(files, allowManifests);
  if (isFinding(stream)) return { refused: [], resources: [], secrets: { names, resources: secrets }, plans: [] };
  const read = stream.functionConfig();
  const functionConfig = read === undefined || isFinding(read) ? undefined : read.value;
  const select: Select = (kinds, mentioning) => {
    const selected = stream.select(kinds, mentioning);
    if (kinds.includes("Secret")) {
      names.push(...(mentioning ?? []).filter((mention) => typeof mention === "string"));
      secrets.push(...selected.manifests.map(({ object }) => object));
    }
    return selected;
  };
  const rewrites = configsOf(stream).configs.flatMap((config) => decide(config, select).rewrite ?? []);
  const all = stream.select(KINDS);
  return {
    refused: all.findings,
    resources: all.manifests.map(({ object }) => object),
    functionConfig,
    secrets: { names, resources: secrets },
    plans: rewrites.map(({ agent, change }) => ({
      agent: agent.ref,
      apply: (data: unknown) => applyChange(data as Value, change),
    })),
  };
}
