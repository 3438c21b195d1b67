import type { Manifest, Mention } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import {
  EXCLUDE_INBOUND_PORTS,
  EXCLUDE_OUTBOUND_IP_RANGES,
  EXCLUDE_OUTBOUND_PORTS,
  INCLUDE_INBOUND_PORTS,
  INCLUDE_OUTBOUND_IP_RANGES,
  INCLUDE_OUTBOUND_PORTS,
} from "../istio/annotations.ts";
import { mapAt, valueAt } from "../telemetry/plain-data.ts";
import { readPlain } from "../yaml/parse.ts";

/** Kinds that show how Istio is installed, besides ConfigMaps of the root namespace. */
export const INSTALLATION_KINDS: readonly string[] = ["IstioOperator", "Istio"];

/** The namespace of Istio itself, whose resources hold for the whole mesh; the usual one. */
export const ROOT_NAMESPACE = "istio-system";

/** What the text of a ConfigMap holds that shows how Istio is installed. */
export const INSTALLATION_MENTIONS: readonly Mention[] = [
  { all: [ROOT_NAMESPACE, "defaultConfig"] },
  { all: [ROOT_NAMESPACE, "outboundTrafficPolicy"] },
  { all: [ROOT_NAMESPACE, "istio-sidecar-injector"] },
];

/** One resource that configures the mesh: an IstioOperator, an Istio, or a ConfigMap that comes of one. */
export interface Installation {
  manifest: Manifest;
  /** The configuration of the mesh, empty where the resource has none. */
  meshConfig: Readonly<Record<string, unknown>>;
  /** The values of Istio's charts, empty where the resource has none. */
  values: Readonly<Record<string, unknown>>;
  /** `default` where no revision is named. */
  revision: string;
}

/** The installations among some manifests, in their order (istio.io: IstioOperator; sailoperator.io: Istio; the charts' ConfigMaps). */
export function installationsAmong(manifests: readonly Manifest[]): Installation[] {
  return manifests.flatMap((manifest): Installation[] => {
    const { ref, object } = manifest;
    if (ref.kind === "ConfigMap") return ofConfigMap(manifest);
    if (!INSTALLATION_KINDS.includes(ref.kind)) return [];
    const values = mapAt(object, "spec", "values");
    const own = { ...mapAt(values, "meshConfig"), ...mapAt(object, "spec", "meshConfig") };
    const named = valueAt(object, "spec", "revision") ?? values["revision"] ?? valueAt(values, "global", "revision");
    return [{ manifest, meshConfig: own, values, revision: revisionOf(named) }];
  });
}

function ofConfigMap(manifest: Manifest): Installation[] {
  const { ref, object } = manifest;
  const [, name, revision] = /^(istio-sidecar-injector|istio)(?:-(.+))?$/.exec(ref.name) ?? [];
  const key = name === "istio" ? "mesh" : "values";
  const text = valueAt(object, "data", key);
  if (ref.namespace !== ROOT_NAMESPACE || name === undefined || typeof text !== "string") return [];
  // What Istio cannot read either says nothing.
  const read = readPlain(text);
  const content = "value" in read && isRecord(read.value) ? read.value : {};
  const parts = key === "mesh" ? { meshConfig: content, values: {} } : { meshConfig: {}, values: content };
  return [{ manifest, ...parts, revision: revisionOf(revision) }];
}

function revisionOf(named: unknown): string {
  return typeof named === "string" && named !== "" ? named : "default";
}

/** The installations that hold for a pod: those of its revision; where none is, all of a single revision. */
export function installationsFor(
  labels: Readonly<Record<string, unknown>>,
  all: readonly Installation[],
): readonly Installation[] {
  const wanted = labels["istio.io/rev"] ?? "default";
  const own = all.filter(({ revision }) => revision === wanted);
  const isSingle = new Set(all.map(({ revision }) => revision)).size === 1;
  return own.length > 0 || !isSingle ? own : all;
}

/** Where the charts' values hold what pods have by annotations (istio: istio-discovery/files/injection-template.yaml). */
const DEFAULTS: Readonly<Record<string, string>> = {
  includeIPRanges: INCLUDE_OUTBOUND_IP_RANGES,
  excludeIPRanges: EXCLUDE_OUTBOUND_IP_RANGES,
  includeOutboundPorts: INCLUDE_OUTBOUND_PORTS,
  excludeOutboundPorts: EXCLUDE_OUTBOUND_PORTS,
  includeInboundPorts: INCLUDE_INBOUND_PORTS,
  excludeInboundPorts: EXCLUDE_INBOUND_PORTS,
};

/** A default of the mesh that holds for pods without an annotation of their own. */
export interface MeshDefault {
  annotation: string;
  value: string;
  /** The installation that says so, and the field, `global.proxy.excludeIPRanges` for example. */
  manifest: Manifest;
  field: string;
}

/** The defaults that `global.proxy` of the installations sets; one that is empty sets nothing. */
export function meshDefaults(installations: readonly Installation[]): MeshDefault[] {
  return installations.flatMap(({ manifest, values }) =>
    Object.entries(mapAt(values, "global", "proxy")).flatMap(([name, set]): MeshDefault[] => {
      const annotation = Object.hasOwn(DEFAULTS, name) ? DEFAULTS[name] : undefined;
      const value = typeof set === "number" ? String(set) : set;
      if (annotation === undefined || typeof value !== "string" || value === "") return [];
      return [{ annotation, value, manifest, field: `global.proxy.${name}` }];
    }),
  );
}

/** The annotations of a pod with the defaults of the mesh for those that it lacks. */
export function withDefaults(
  annotations: Readonly<Record<string, string>>,
  defaults: readonly MeshDefault[],
): Record<string, string> {
  return { ...Object.fromEntries(defaults.map(({ annotation, value }) => [annotation, value])), ...annotations };
}

/** The mode of interception that the mesh gives to pods whose own ProxyConfig has none (istio: mesh/v1alpha1, defaultConfig). */
export function defaultMode(installations: readonly Installation[]): Readonly<Record<string, unknown>> {
  const modes = installations.map(({ meshConfig }) => {
    const { interceptionMode, interception_mode: snakeCase } = mapAt(meshConfig, "defaultConfig");
    return interceptionMode ?? snakeCase;
  });
  const mode = modes.findLast((each) => (each ?? null) !== null);
  return mode === undefined ? {} : { interceptionMode: mode };
}

/** True where an installation says that the CNI plugin sets up the packet filter; undefined where none says anything. */
export function isCniInstalled(installations: readonly Installation[]): boolean | undefined {
  const said = installations.flatMap(({ manifest, values }) => [
    valueAt(manifest.object, "spec", "components", "cni", "enabled"),
    valueAt(values, "pilot", "cni", "enabled"),
    valueAt(values, "istio_cni", "enabled"),
  ]);
  return said.includes(true) ? true : said.includes(false) ? false : undefined;
}

/** The first minor version of Istio in which sidecars are native containers by themselves (istio: pkg/kube/inject/webhook.go, DetectNativeSidecar). */
const NATIVE_SINCE = 27;

/** True where the sidecars of these installations are native containers, which start before all others. */
export function hasNativeSidecars(installations: readonly Installation[]): boolean {
  return installations.some(({ manifest, values }) => {
    const asked = valueAt(values, "pilot", "env", "ENABLE_NATIVE_SIDECARS");
    if (asked !== undefined && asked !== "auto") return asked === "true" || asked === true;
    const { object } = manifest;
    const version =
      valueAt(object, "spec", "version") ?? valueAt(object, "spec", "tag") ?? valueAt(values, "global", "tag");
    const [, minor] = /^v?1\.(\d+)(?:[.-]|$)/.exec(typeof version === "string" ? version : "") ?? [];
    return Number(minor ?? 0) >= NATIVE_SINCE;
  });
}
