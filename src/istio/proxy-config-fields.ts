/**
 * The fields of a ProxyConfig by their names in camel case, with their types (istio/api: mesh/v1alpha1/proxy.proto,
 * networking/v1alpha3/destination_rule.proto and workload_group.proto). A wrapper such as BoolValue is what it wraps.
 */

/** What a field of a protobuf message holds. */
export type FieldType =
  | "string"
  | "bool"
  | "int32"
  | "int64"
  | "uint32"
  | "double"
  | "duration"
  | { readonly enum: readonly string[] }
  | { readonly list: FieldType }
  | { readonly map: FieldType }
  | { readonly message: Fields };

/** The fields of a message. */
export type Fields = Readonly<Record<string, FieldType>>;

/** The values of `interceptionMode`, by their numbers. */
export const INTERCEPTION_MODES = ["REDIRECT", "TPROXY", "NONE"] as const;

const DISABLED: FieldType = { message: { disabled: "bool" } };
const ENABLED: FieldType = { message: { enabled: "bool" } };

const TLS_SETTINGS: FieldType = {
  message: {
    mode: { enum: ["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"] },
    clientCertificate: "string",
    privateKey: "string",
    caCertificates: "string",
    credentialName: "string",
    subjectAltNames: { list: "string" },
    sni: "string",
    insecureSkipVerify: "bool",
    caCrl: "string",
  },
};

const REMOTE_SERVICE: FieldType = {
  message: {
    address: "string",
    tlsSettings: TLS_SETTINGS,
    tcpKeepalive: { message: { probes: "uint32", time: "duration", interval: "duration" } },
  },
};

const FORWARD_CLIENT_CERT: FieldType = {
  enum: ["UNDEFINED", "SANITIZE", "FORWARD_ONLY", "APPEND_FORWARD", "SANITIZE_SET", "ALWAYS_FORWARD_ONLY"],
};

const TRACING: FieldType = {
  message: {
    zipkin: { message: { address: "string" } },
    lightstep: { message: { address: "string", accessToken: "string" } },
    datadog: { message: { address: "string" } },
    stackdriver: {
      message: {
        debug: "bool",
        maxNumberOfAttributes: "int64",
        maxNumberOfAnnotations: "int64",
        maxNumberOfMessageEvents: "int64",
      },
    },
    openCensusAgent: {
      message: {
        address: "string",
        context: { list: { enum: ["UNSPECIFIED", "W3C_TRACE_CONTEXT", "GRPC_BIN", "CLOUD_TRACE_CONTEXT", "B3"] } },
      },
    },
    customTags: {
      map: {
        message: {
          literal: { message: { value: "string" } },
          environment: { message: { name: "string", defaultValue: "string" } },
          header: { message: { name: "string", defaultValue: "string" } },
        },
      },
    },
    maxPathTagLength: "uint32",
    sampling: "double",
    tlsSettings: TLS_SETTINGS,
    enableIstioTags: "bool",
  },
};

const READINESS_PROBE: FieldType = {
  message: {
    initialDelaySeconds: "int32",
    timeoutSeconds: "int32",
    periodSeconds: "int32",
    successThreshold: "int32",
    failureThreshold: "int32",
    httpGet: {
      message: {
        path: "string",
        port: "uint32",
        host: "string",
        scheme: "string",
        httpHeaders: { list: { message: { name: "string", value: "string" } } },
      },
    },
    tcpSocket: { message: { host: "string", port: "uint32" } },
    exec: { message: { command: { list: "string" } } },
    grpc: { message: { port: "uint32", service: "string" } },
  },
};

const PROXY_HEADERS: FieldType = {
  message: {
    forwardedClientCert: FORWARD_CLIENT_CERT,
    setCurrentClientCertDetails: {
      message: { subject: "bool", cert: "bool", chain: "bool", dns: "bool", uri: "bool" },
    },
    requestId: DISABLED,
    server: { message: { disabled: "bool", value: "string" } },
    attemptCount: DISABLED,
    envoyDebugHeaders: DISABLED,
    metadataExchangeHeaders: { message: { mode: { enum: ["UNDEFINED", "IN_MESH"] } } },
    preserveHttp1HeaderCase: "bool",
    xForwardedHost: ENABLED,
    xForwardedPort: ENABLED,
  },
};

const PRIVATE_KEY: FieldType = { message: { pollDelay: "duration", fallback: "bool" } };

const CONNECTION_SETTINGS: FieldType = {
  message: {
    profile: { enum: ["SIDECAR", "EDGE"] },
    listenerPerConnectionBufferLimitBytes: "int32",
    clusterPerConnectionBufferLimitBytes: "int32",
    httpIdleTimeout: "duration",
    httpMaxConnectionDuration: "duration",
    httpDrainTimeout: "duration",
    httpRequestTimeout: "duration",
    httpRequestHeadersTimeout: "duration",
    httpStreamIdleTimeout: "duration",
    httpMaxStreamDuration: "duration",
    httpMaxConcurrentStreams: "int32",
    http2InitialStreamWindowSize: "int32",
    http2InitialConnectionWindowSize: "int32",
    httpHeadersWithUnderscoresAction: {
      enum: [
        "HEADERS_WITH_UNDERSCORES_UNSPECIFIED",
        "HEADERS_WITH_UNDERSCORES_ALLOW",
        "HEADERS_WITH_UNDERSCORES_REJECT_REQUEST",
        "HEADERS_WITH_UNDERSCORES_DROP_HEADER",
      ],
    },
    httpMergeSlashes: "bool",
    httpPathWithEscapedSlashesAction: {
      enum: [
        "PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED",
        "KEEP_UNCHANGED",
        "REJECT_REQUEST",
        "UNESCAPE_AND_REDIRECT",
        "UNESCAPE_AND_FORWARD",
      ],
    },
    listenerConnectionLimit: "int32",
    globalDownstreamConnectionLimit: "int32",
  },
};

/** All fields of a ProxyConfig. */
export const PROXY_CONFIG_FIELDS: Fields = {
  configPath: "string",
  binaryPath: "string",
  serviceCluster: "string",
  tracingServiceName: {
    enum: ["APP_LABEL_AND_NAMESPACE", "CANONICAL_NAME_ONLY", "CANONICAL_NAME_AND_NAMESPACE"],
  },
  drainDuration: "duration",
  discoveryAddress: "string",
  discoveryRefreshDelay: "duration",
  zipkinAddress: "string",
  statsdUdpAddress: "string",
  envoyMetricsServiceAddress: "string",
  proxyAdminPort: "int32",
  availabilityZone: "string",
  // INHERIT has the number 1000.
  controlPlaneAuthPolicy: { enum: ["NONE", "MUTUAL_TLS", "INHERIT"] },
  customConfigFile: "string",
  statNameLength: "int32",
  concurrency: "int32",
  proxyBootstrapTemplatePath: "string",
  interceptionMode: { enum: INTERCEPTION_MODES },
  tracing: TRACING,
  sds: { message: { enabled: "bool", k8sSaJwtPath: "string" } },
  envoyAccessLogService: REMOTE_SERVICE,
  envoyMetricsService: REMOTE_SERVICE,
  proxyMetadata: { map: "string" },
  runtimeValues: { map: "string" },
  statusPort: "int32",
  extraStatTags: { list: "string" },
  gatewayTopology: {
    message: {
      numTrustedProxies: "uint32",
      forwardClientCertDetails: FORWARD_CLIENT_CERT,
      proxyProtocol: { message: {} },
    },
  },
  terminationDrainDuration: "duration",
  meshId: "string",
  readinessProbe: READINESS_PROBE,
  proxyStatsMatcher: {
    message: {
      inclusionPrefixes: { list: "string" },
      inclusionSuffixes: { list: "string" },
      inclusionRegexps: { list: "string" },
    },
  },
  holdApplicationUntilProxyStarts: "bool",
  caCertificatesPem: { list: "string" },
  image: { message: { imageType: "string" } },
  privateKeyProvider: { message: { cryptomb: PRIVATE_KEY, qat: PRIVATE_KEY } },
  proxyHeaders: PROXY_HEADERS,
  fileFlushInterval: "duration",
  fileFlushMinSizeKb: "uint32",
  statsCompression: "bool",
  connectionSettings: CONNECTION_SETTINGS,
};
