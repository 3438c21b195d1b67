import type { Manifest } from "../base/manifest.ts";
import { isRecord } from "../base/record.ts";
import type { Fault } from "./fault.ts";
import { parseGoUrl } from "./go-url.ts";
import { maskPlaceholders } from "./placeholder.ts";
import { typeName, valueAt } from "./plain-data.ts";

/** A field of a MetricPipeline that the API server refuses. The fault holds no value of it. */
export interface RefusedField extends Fault {
  path: string;
}

type Report = (path: string, cause: string, remedy: string) => void;
type Check = (value: unknown, path: string, report: Report) => void;
type Rule = (fields: Readonly<Record<string, unknown>>) => [cause: string, remedy: string] | undefined;

/**
 * The fields of a MetricPipeline that its schema, or one of the CEL rules in it, refuses, but for the endpoint, whose faults are
 * errors; what a later tool fills in passes (telemetry-manager: apis/telemetry/{v1alpha1,v1beta1}).
 */
export function refusedFields({ ref, object }: Manifest): RefusedField[] {
  const found: RefusedField[] = [];
  const check = ref.apiVersion.endsWith("/v1alpha1") ? V1ALPHA1 : V1BETA1;
  check(valueAt(object, "spec"), "spec", (path, cause, remedy) => found.push({ path, cause, remedy }));
  return found;
}

/** True for a field that is there and not null, which counts as absent, as the API server prunes it. */
const has = (fields: Readonly<Record<string, unknown>>, key: string): boolean => valueAt(fields, key) !== undefined;

function map(fields: Readonly<Record<string, Check>>, required: readonly string[] = [], ...rules: Rule[]): Check {
  return (value, path, report) => {
    if (!isRecord(value)) return wrongType(value, "a map", path, report);
    for (const key of required.filter((each) => !has(value, each))) {
      report(`${path}.${key}`, "is missing", `set ${key}`);
    }
    for (const [key, check] of Object.entries(fields)) {
      const inner = valueAt(value, key);
      if (inner !== undefined) check(inner, `${path}.${key}`, report);
    }
    for (const fault of rules.map((rule) => rule(value))) if (fault) report(path, ...fault);
  };
}

function list(item: Check): Check {
  return (value, path, report) => {
    if (!Array.isArray(value)) return wrongType(value, "a list", path, report);
    value.forEach((each, at) => item(each, `${path}[${at}]`, report));
  };
}

function text(accepts: (value: string) => boolean, cause: string, remedy: string): Check {
  return (value, path, report) => {
    if (typeof value !== "string") wrongType(value, "text", path, report);
    else if (!isFilledInLater(value) && !accepts(value)) report(path, cause, remedy);
  };
}

function oneOf(...values: string[]): Check {
  const all = values.join(", ");
  return text((value) => values.includes(value), `is none of ${all}`, `write one of ${all}`);
}

const anyText = text(() => true, "", "");
const filled = text((value) => value !== "", "is empty", "write a value, or remove it");
const flag: Check = (value, path, report) => {
  if (typeof value !== "boolean" && !isFilledInLater(value)) wrongType(value, "true or false", path, report);
};
const texts = list(anyText);
const switchable = map({ enabled: flag });

function wrongType(value: unknown, wanted: string, path: string, report: Report): void {
  report(path, `must be ${wanted} and is ${typeName(value)}`, `write it as ${wanted}`);
}

function isFilledInLater(value: unknown): boolean {
  return typeof value === "string" && maskPlaceholders(value) !== value;
}

function notBoth(one: string, other: string): Rule {
  return (fields) =>
    has(fields, one) && has(fields, other) ? [`has both ${one} and ${other}`, "remove one of the two"] : undefined;
}

const needsValue: Rule = (fields) =>
  has(fields, "value") || has(fields, "valueFrom")
    ? undefined
    : ["has neither value nor valueFrom", "set one of the two"];

const certAndKey: Rule = (fields) =>
  has(fields, "cert") === has(fields, "key")
    ? undefined
    : ["has one of cert and key without the other", "set both, or neither"];

/** CEL's isURL, which is `url.ParseRequestURI` of Go. */
function isUrl(value: string): boolean {
  const url = parseGoUrl(value);
  return typeof url !== "string" && (url.scheme !== "" || url.path.startsWith("/"));
}

const secretKeyRef = map({ name: filled, namespace: filled, key: filled }, ["name", "namespace", "key"]);

const namespaceNames = list(
  text(
    (name) => name.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name),
    "is no name of a namespace",
    "write at most 63 lower-case letters, digits and dashes",
  ),
);
const namespaces = map({ include: namespaceNames, exclude: namespaceNames }, [], notBoth("include", "exclude"));

const RUNTIME_RESOURCES = ["pod", "container", "node", "volume", "daemonset", "deployment", "statefulset", "job"];

const V1ALPHA1 = specOf(false);
const V1BETA1 = specOf(true);

function specOf(isBeta: boolean): Check {
  // v1alpha1 lets an empty value stand beside valueFrom.
  const both = notBoth("value", "valueFrom");
  const oneSource: Rule = (fields) => (!isBeta && fields["value"] === "" ? undefined : both(fields));
  const source = { value: anyText, valueFrom: map({ secretKeyRef }, ["secretKeyRef"]) };
  const optional = map(source, [], oneSource);
  const given = map(source, [], oneSource, needsValue);
  const filledIn = isBeta ? given : optional;
  const url = text(isUrl, "is not a URL", "write it from https:// on");
  const tokenURL = map({ ...source, value: url }, [], oneSource, needsValue);
  const header = { ...source, name: filled, prefix: anyText };
  const headerRules = isBeta ? [oneSource, needsValue] : [oneSource];
  const oauth2 = { tokenURL, clientID: given, clientSecret: given };
  const tls = { insecure: flag, insecureSkipVerify: flag, ca: optional, cert: optional, key: optional };
  const scraping = { enabled: flag, namespaces, diagnosticMetrics: switchable };
  return map({
    input: map({
      prometheus: map(scraping),
      istio: map({ ...scraping, envoyMetrics: switchable }),
      runtime: map({
        enabled: flag,
        namespaces,
        resources: map(Object.fromEntries(RUNTIME_RESOURCES.map((resource) => [resource, switchable]))),
        additionalMetrics: texts,
      }),
      otlp: map({ [isBeta ? "enabled" : "disabled"]: flag, namespaces }),
    }),
    output: map({
      otlp: map({
        path: anyText,
        authentication: map(
          {
            basic: map({ user: filledIn, password: filledIn }, ["user", "password"]),
            oauth2: map({ ...oauth2, scopes: texts }, Object.keys(oauth2)),
          },
          [],
          notBoth("basic", "oauth2"),
        ),
        headers: list(map(header, ["name"], ...headerRules)),
        tls: map(tls, [], certAndKey),
        temporality: oneOf("preserve", "delta"),
        ...(isBeta ? { compression: oneOf("none", "gzip", "snappy", "zstd") } : {}),
      }),
    }),
    transform: list(map({ conditions: texts, statements: texts })),
    filter: list(map({ conditions: texts })),
  });
}
