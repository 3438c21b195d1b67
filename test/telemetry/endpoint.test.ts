import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type EndpointReading, type EndpointSettings, readEndpoint } from "../../src/telemetry/endpoint.ts";
import { showable } from "../../src/telemetry/placeholder.ts";
import { ENDPOINTS } from "./endpoint-table.ts";
import { containing } from "./matchers.ts";

const GRPC: EndpointSettings = { protocol: "grpc", tls: { insecure: false, material: false }, oauth2: false };
const HTTP: EndpointSettings = { ...GRPC, protocol: "http" };

/** The port, or the causes, or `unresolved`. */
function summary(reading: EndpointReading): number | string[] {
  if (reading.kind === "readable") return reading.port;
  return reading.kind === "unresolved" ? ["unresolved"] : reading.faults.map((fault) => fault.cause);
}

/** What `summary` is to be: the port, or a part of each cause. */
function wanted(expected: number | string): unknown {
  return typeof expected === "number" ? expected : expected.split(" + ").map(containing);
}

describe("readEndpoint beside the operator", () => {
  test.each(ENDPOINTS)("%j", (endpoint, operatorGrpc, oursGrpc, operatorHttp, oursHttp) => {
    expect(summary(readEndpoint(endpoint, GRPC))).toEqual(wanted(oursGrpc));
    expect(summary(readEndpoint(endpoint, HTTP))).toEqual(wanted(oursHttp));
    // Nothing that the operator refuses passes here: its pipeline would not export anything.
    expect(operatorGrpc === "ok" || typeof oursGrpc === "string").toBe(true);
    expect(operatorHttp === "ok" || typeof oursHttp === "string").toBe(true);
  });
});

describe("host", () => {
  test.each([
    ["https://otel.example.com:4317", "otel.example.com"],
    ["otel.example.com:4317", "otel.example.com"],
    ["https://OTEL.Example.COM:4317", "otel.example.com"],
    ["https://[2001:db8::1]:4317", "2001:db8::1"],
    ["https://[fe80::1%25eth0]:4317", "fe80::1%eth0"],
    ["${HOST}:4317", undefined],
    ["https://backend.${DOMAIN}:4317", undefined],
    ["${SCHEME}://backend:4317", "backend"],
  ])("%s is %s", (endpoint, host) => {
    const reading = readEndpoint(endpoint, GRPC);
    expect(reading).toMatchObject({ kind: "readable" });
    expect("host" in reading ? reading.host : undefined).toBe(host);
  });
});

describe("placeholders", () => {
  test.each<[endpoint: string, grpc: number | string, http: number | string]>([
    ["${HOST}:4317", 4317, 4317],
    ["$HOST:4317", 4317, 4317],
    ["$(HOST):4317", 4317, 4317],
    ["${env:HOST}:4317", 4317, 4317],
    ["${HOST:-a:b@c?d#e/f}:4317", 4317, 4317],
    ["${A:-${B}}:4317", 4317, 4317],
    ["${SCHEME}://host:4317", 4317, 4317],
    ["https://${USER}:${PASSWORD}@host:4317", "user info", 4317],
    ["https://[${ADDRESS}]:4317", 4317, 4317],
    ["https://host:4318?token=${TOKEN}", "query or fragment", 4318],
    ["https://host:4318/${PATH}", "has a path", 4318],
    ["https://${HOST}.example.com", "no port", 443],
    ["foo.${DOMAIN}:4318", 4318, "scheme is missing"],
    ["${env:OTLP_ENDPOINT}", "unresolved", "unresolved"],
    ["$OTLP_ENDPOINT", "unresolved", "unresolved"],
    ["https://${HOST}", "unresolved", "unresolved"],
    ["${SCHEME}://host", "no port", "unresolved"],
    ["https://host:${PORT}", "unresolved", "unresolved"],
    ["https://host:43${REST}", "unresolved", "unresolved"],
    ["https://host:4317${PATH}", "unresolved", "unresolved"],
    ["${HOST_AND_PORT_PREFIX}17", "unresolved", "unresolved"],
    ["${HOST}:0", "1 and 65535", "1 and 65535"],
    ["${HOST}:4317/", "has a path", 4317],
    ["${HOST:4317", "has no scheme", "has no scheme"],
    // argocd-vault-plugin
    ["<path:kv/data/reef#endpoint>", "unresolved", "unresolved"],
    ["<endpoint | base64decode>", "unresolved", "unresolved"],
    ["<host>:4317", 4317, 4317],
    ["http://<path:kv/data/reef#host>:4317", 4317, 4317],
    ["http://otel.<ns>:4317", 4317, 4317],
    ["https://host:<port>", "unresolved", "unresolved"],
    ["<scheme>://host:<path:kv#port#2>", "unresolved", "unresolved"],
    ["<host:4317", "has no scheme", "has no scheme"],
    ["https://<>:4317", 4317, 4317],
    // Helm and other Go templates
    ["{{ .Values.endpoint }}", "unresolved", "unresolved"],
    ["https://{{ .Values.host }}:4317", 4317, 4317],
    ['https://{{- .Values.host | default "a:b/c?d#e@f" -}}:4317', 4317, 4317],
    ["https://otel:{{ .Values.port }}", "unresolved", "unresolved"],
    ["{{ .Values.url }}/v1/metrics", "has a path", "unresolved"],
    ["{{host}}.{{domain}}:4317", 4317, 4317],
    ["https://{{ .Values.host :4317", "holds a character", "holds a character"],
    // helm-secrets and vals
    ["ref+vault://secret/otel#/endpoint", "unresolved", "unresolved"],
    ["secretref+awssecrets://otel/endpoint?region=eu#/url", "unresolved", "unresolved"],
    ["https://ref+vault://secret/otel#/host+:4317", 4317, 4317],
    ["https://otel:ref+vault://secret/otel#/port", "unresolved", "unresolved"],
    // bank-vaults
    ["vault:secret/data/otel#endpoint", "unresolved", "unresolved"],
    [">>vault:secret/data/otel#endpoint#1", "unresolved", "unresolved"],
    ["https://${vault:secret/data/otel#host}:4317", 4317, 4317],
    ["vault:4317", 4317, "scheme is missing"],
  ])("%s", (endpoint, grpc, http) => {
    expect(summary(readEndpoint(endpoint, GRPC))).toEqual(wanted(grpc));
    expect(summary(readEndpoint(endpoint, HTTP))).toEqual(wanted(http));
  });

  test("the remedy names the annotation that helps", () => {
    const reading = readEndpoint("https://host:${PORT}", GRPC);
    expect(reading.kind === "unresolved" && reading.fault.remedy).toContain(
      'intercept-backends.dev/backend-ports: "4317"',
    );
  });
});

describe("OAuth2", () => {
  const none = { insecure: false, material: false };
  const insecure = { insecure: true, material: true };
  const material = { insecure: false, material: true };
  test.each<[endpoint: string, tls: EndpointSettings["tls"], grpc: number | string, http: number | string]>([
    ["http://host:4317", none, "OAuth2 over gRPC", 4317],
    ["https://host:4317", none, 4317, 4317],
    ["host:4317", none, 4317, "scheme is missing"],
    ["http://host:4317", material, "OAuth2 over gRPC", "is plaintext, while OAuth2"],
    ["https://host:4317", material, 4317, 4317],
    ["HTTP://host:4317", material, "scheme HTTP:// + OAuth2 over gRPC", "is plaintext, while OAuth2"],
    ["http://host:4317", insecure, "OAuth2 over gRPC", 4317],
    ["https://host:4317", insecure, "OAuth2 over gRPC", 4317],
    ["host:4317", insecure, "OAuth2 over gRPC", "scheme is missing"],
    ["${SCHEME}://host:4317", material, 4317, 4317],
  ])("%s with TLS %j", (endpoint, tls, grpc, http) => {
    expect(summary(readEndpoint(endpoint, { protocol: "grpc", tls, oauth2: true }))).toEqual(wanted(grpc));
    expect(summary(readEndpoint(endpoint, { protocol: "http", tls, oauth2: true }))).toEqual(wanted(http));
    expect(summary(readEndpoint("http://host:4317", { protocol: "grpc", tls, oauth2: false }))).toEqual(wanted(4317));
  });
});

test("white space at the ends is explained where it comes from", () => {
  const reading = readEndpoint("https://host:4317\n", GRPC);
  expect(reading.kind === "wrong" && reading.faults[0]?.remedy).toMatch(/echo without -n/);
});

test.each([
  [false, /scheme qxzqxz:\/\/,/],
  [true, /does not know the endpoint's scheme,/],
])("a scheme is named, unless the endpoint is a Secret's: %s", (isSecret, cause) => {
  const reading = readEndpoint("qxzqxz://host:4317", { ...GRPC, isSecret });
  expect(reading.kind === "wrong" && reading.faults[0]?.cause).toMatch(cause);
});

describe("showable", () => {
  test.each([
    ["https://host:4317", "https://host:4317"],
    ["https://user:pass@host:4317/v1", "https://host:4317/v1"],
    ["user:pass@host:4317", "host:4317"],
    ["https://user:p@ss@host:4317", "https://host:4317"],
    ["https://user:p/ss@host:4317", "https://…host:4317"],
    ["https://user:p?ss@host:4317", "https://…host:4317"],
    ["https://user:p#ss@host:4317", "https://…host:4317"],
    ["https:/user:pass@host", "…host"],
    ["https://host:4318/v1?token=abc", "https://host:4318/v1?…"],
    ["https://host:4318/v1#abc", "https://host:4318/v1#…"],
    ["https://${USER}:${PASSWORD}@${HOST:-a?b}:4317", "https://${HOST:-a?b}:4317"],
    ["https://user:pass@x://host", "https://x://host"],
    ["", ""],
  ])("%s is shown as %s", (endpoint, shown) => {
    expect(showable(endpoint)).toBe(shown);
  });
});

describe("any text", () => {
  const piece = fc.constantFrom(
    "https://",
    "HTTP://",
    ":",
    "//",
    "/",
    "@",
    "[",
    "]",
    "::1",
    "%25",
    "%",
    "$",
    "${",
    "}",
    "host",
    "4317",
    "?",
    "#",
    " ",
    "\n",
    "\u0000",
    "é",
  );
  const endpoint = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join("")),
  );
  const settings = fc.record({
    protocol: fc.constantFrom("grpc" as const, "http" as const),
    tls: fc.record({ insecure: fc.boolean(), material: fc.boolean() }),
    oauth2: fc.boolean(),
  });

  test("is read without a throw, to a port that can be dialled or a reason", () => {
    fc.assert(
      fc.property(endpoint, settings, (text, given) => {
        const reading = readEndpoint(text, given);
        const isSound =
          reading.kind === "readable"
            ? reading.port >= 1 && reading.port <= 65535 && reading.host !== ""
            : reading.kind === "unresolved" || reading.faults.length > 0;
        expect(isSound).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("is shown without its user info, well-formed or not", () => {
    const secret = fc.stringMatching(/^[a-z]{8,12}:[A-Za-z0-9/?#@]{8,12}$/);
    fc.assert(
      fc.property(secret, (userInfo) => {
        expect(showable(`https://${userInfo}@host:4317`)).not.toContain(userInfo.slice(0, 8));
        expect(showable(`https://${userInfo}@host:4317`).endsWith("host:4317")).toBe(true);
      }),
    );
  });
});
