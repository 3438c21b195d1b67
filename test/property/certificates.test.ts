import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readManifest } from "../../src/stream/read-manifest.ts";
import { check, runText } from "./run-text.ts";

type Fields = Record<string, any>;

const FOLDERS = [
  "/etc/istio-output-certs",
  "/etc/out",
  "/etc/out/",
  "/var/shared/certs",
  "/var/shared",
  "/etc//pearl/.",
];
const VOLUMES = ["istio-certs", "pearl-certs", "tmp"];

const mounts = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom(...VOLUMES),
    path: fc.constantFrom(...FOLDERS),
    pathKey: fc.constantFrom("mountPath", "mountpath", "MountPath"),
    more: fc.constantFrom({}, {}, {}, { readOnly: true }, { readonly: true }, { readonly: false, readOnly: true }),
  }),
  { maxLength: 3, selector: ({ path }) => clean(path) },
);

const annotation = fc.oneof(
  fc.constant(undefined),
  mounts.map((all) => JSON.stringify(all.map(({ name, path, pathKey, more }) => ({ name, [pathKey]: path, ...more })))),
  fc.tuple(mounts, fc.boolean()).map(([all, isNamed]) => {
    const entries = all.map(({ name, path, pathKey, more }, at) =>
      isNamed ? [`m${at}`, { name, [pathKey]: path, ...more }] : [name, { [pathKey]: path, ...more }],
    );
    return JSON.stringify(Object.fromEntries(entries));
  }),
);

const arrangements = fc.record({
  config: fc.oneof(
    fc.constant(undefined),
    fc
      .tuple(fc.constantFrom("proxyMetadata", "proxy_metadata"), fc.constantFrom(...FOLDERS))
      .map(([key, folder]) => `${key}:\n  A: b\n  OUTPUT_CERTS: ${folder}\n`),
  ),
  annotation,
  userVolume: fc.option(fc.constantFrom(...VOLUMES), { nil: undefined }),
  volumes: fc.uniqueArray(
    fc.tuple(
      fc.constantFrom(...VOLUMES),
      fc.constantFrom(
        { emptyDir: {} },
        { emptyDir: { medium: "Memory" } },
        {},
        { hostPath: { path: "/x" } },
        { secret: { secretName: "s" } },
      ),
    ),
    { selector: ([name]) => name },
  ),
  reads: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...VOLUMES),
      path: fc.constantFrom("/etc/prom-certs/", "/a", "/b/c", "/etc/out"),
    }),
    { maxLength: 2, selector: ({ path }) => path },
  ),
  settings: fc.record(
    {
      volumeName: fc.constantFrom(...VOLUMES, "metric-certs"),
      outputPath: fc.constantFrom("/etc/certificates", "/etc/out"),
    },
    { requiredKeys: [] },
  ),
});

type Arrangement = typeof arrangements extends fc.Arbitrary<infer Value> ? Value : never;

function clean(path: string): string {
  return path.replaceAll(/\/\.?(?=\/|$)/g, "");
}

function streamOf({ config, annotation: text, userVolume, volumes, reads }: Arrangement): string {
  const annotations = {
    ...(config === undefined ? {} : { "proxy.istio.io/config": config }),
    ...(text === undefined ? {} : { "sidecar.istio.io/userVolumeMount": text }),
    ...(userVolume === undefined
      ? {}
      : { "sidecar.istio.io/userVolume": JSON.stringify([{ name: userVolume, emptyDir: {} }]) }),
  };
  const volumeMounts = reads.map(({ name, path }) => ({ name, mountPath: path }));
  const spec = {
    containers: [{ name: "collector", image: "c:1", volumeMounts }],
    volumes: volumes.map(([name, type]) => ({ name, ...type })),
  };
  const agent = {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "telemetry-metric-agent", namespace: "kyma-system" },
    spec: { template: { metadata: { labels: { app: "a" }, annotations }, spec } },
  };
  return `apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- ${JSON.stringify(agent)}\n`;
}

/** The field that Go reads, by its name without regard to case; the last by bytes counts. */
function field(fields: Fields, name: string): any {
  const keys = Object.keys(fields).filter((key) => key.toLowerCase() === name.toLowerCase());
  return fields[keys.toSorted().at(-1) ?? ""];
}

/** The folders in which the collector finds certificates of the sidecar, worked out anew and without a word of src. */
function certificateFolders(text: string): string[] {
  const { metadata, spec } = (parse(text) as Fields)["items"][0].spec.template as Fields;
  const annotations = (metadata["annotations"] ?? {}) as Record<string, string>;
  const config = (parse(annotations["proxy.istio.io/config"] ?? "{}") ?? {}) as Fields;
  const output = (config["proxyMetadata"] ?? config["proxy_metadata"])?.OUTPUT_CERTS as string | undefined;
  if (output === undefined) return [];
  const entries = Object.entries<Fields>(JSON.parse(annotations["sidecar.istio.io/userVolumeMount"] ?? "[]"));
  const all = entries.map(([key, fields]) => ({
    volume: (fields["name"] ?? key) as string,
    path: clean(field(fields, "mountPath")),
    isReadOnly: field(fields, "readOnly") === true,
  }));
  const holds = all.filter(({ path }) => `${clean(output)}/`.startsWith(`${path}/`));
  const [mount] = holds.toSorted((one, other) => other.path.length - one.path.length);
  if (mount === undefined || mount.isReadOnly) return [];
  const volume = ((spec["volumes"] ?? []) as Fields[]).find(({ name }) => name === mount.volume);
  // Without the volume in the workload itself the API server refuses the mount.
  if (volume === undefined || "secret" in volume) return [];
  const inner = clean(output).slice(mount.path.length);
  const reads = ((spec["containers"][0].volumeMounts ?? []) as Fields[]).filter(({ name }) => name === mount.volume);
  return reads.map(({ mountPath }) => `${clean(mountPath)}${inner}`);
}

function configOf(certificates: object, trafficInterception = "On") {
  const spec = { certificates, trafficInterception };
  const metadata = { name: "config" };
  const config = { apiVersion: "intercept-backends.dev/v1alpha1", kind: "InterceptBackends", metadata, spec };
  const manifest = readManifest(config);
  if (manifest === undefined) throw new Error("a map is a manifest");
  return { functionConfig: manifest };
}

function hasError(findings: readonly { severity: string }[]): boolean {
  return findings.some(({ severity }) => severity === "error");
}

/** The volumes that the sidecar mounts and the workload does not have. */
function missing(stream: string): string[] {
  const { metadata, spec } = (parse(stream) as Fields)["items"][0].spec.template as Fields;
  const json = metadata["annotations"]?.["sidecar.istio.io/userVolumeMount"] ?? "[]";
  const names = Object.entries<Fields>(JSON.parse(json)).map(([key, { name }]) => (name ?? key) as string);
  const there = ((spec["volumes"] ?? []) as Fields[]).map(({ name }) => name as string);
  return names.filter((name) => !there.includes(name));
}

describe("for every arrangement of certificates", () => {
  test("each folder that the collector reads and the sidecar fills is so after the run, whatever is set", () => {
    check(arrangements, (arrangement) => {
      const text = streamOf(arrangement);
      const { text: output } = runText(text, configOf(arrangement.settings));
      expect(certificateFolders(output)).toEqual(expect.arrayContaining(certificateFolders(text)));
    });
  });

  test("without an error the collector has certificates, and a second run changes nothing", () => {
    check(arrangements, (arrangement) => {
      const options = configOf(arrangement.settings);
      const { text, findings } = runText(streamOf(arrangement), options);
      fc.pre(!hasError(findings));
      expect(certificateFolders(text)).not.toEqual([]);
      expect(runText(text, options).text).toBe(text);
    });
  });

  test("an arrangement that works keeps its folder in the sidecar and its volume unless a setting names others", () => {
    check(arrangements, (arrangement) => {
      const text = streamOf(arrangement);
      fc.pre(certificateFolders(text).length > 0);
      const { findings } = runText(text, configOf({}));
      const changed = findings.filter(({ field: at }) =>
        /proxy\.istio|userVolumeMount|volumeMounts/.test(at?.path ?? ""),
      );
      expect(changed).toEqual([]);
    });
  });

  test("the way back leaves no mount of the sidecar without the volume that it had", () => {
    check(fc.tuple(arrangements, fc.constantFrom("Off", "ExportOnly")), ([arrangement, mode]) => {
      const before = streamOf(arrangement);
      const { text } = runText(before, configOf(arrangement.settings, mode));
      expect(missing(before)).toEqual(expect.arrayContaining(missing(text)));
    });
  });
});
