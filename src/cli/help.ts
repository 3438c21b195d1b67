/** What `--help` and a bare call on a terminal print. */
export const HELP = `intercept-backends: keeps the Istio annotations of a metric agent's DaemonSet in
step with the MetricPipelines. A KRM function: a ResourceList in, the same out.

Usage:
  intercept-backends [--function-config FILE]              a ResourceList from standard input, as hosts send it
  intercept-backends [--function-config FILE] FILE ...     files; - is standard input
  intercept-backends generate [--function-config FILE] [DIR]   render DIR and rewrite it, as Argo CD's plugin does
  intercept-backends parameters [DIR]                      list what an Application can say about DIR, as JSON
  intercept-backends explain [--format FORMAT] [FILE ...]  who the agent talks to, through the sidecar or directly
  intercept-backends check [--format FORMAT] [FILE ...]    is the DaemonSet what the function would write
  intercept-backends schema                                print the JSON Schema of the function config

FILE holds a ResourceList, or plain manifests with --- between them, and several files
are taken together. What was rewritten goes to standard output, byte for byte the input
but for the lines that had to change; errors and warnings go to standard error, one line
each, and into the results of a ResourceList. After an error a ResourceList is printed
unchanged with its results, and plain manifests are not printed.

explain carries out the rewrite in memory and prints each connection that the agent then
opens, which way it takes and which rule decides. Its FILE may be a folder of YAML files,
and one InterceptBackends among them is the function config.

check writes nothing and tells by its exit status: 0 when the DaemonSet is what the
function would write, 1 with a unified diff when it is not, 2 when errors leave it open.
Its FILE may be a folder too, and exactly one InterceptBackends among them is the function
config.

Options:
  --format FORMAT         of explain: table, markdown, mermaid, json or svg
                          of check: diff, github or sarif
  --function-config FILE  an InterceptBackends or ConfigMap; takes the place of the
                          ResourceList's own functionConfig
  --verbose               say on standard error how the items were read, and where a
                          bug was met
  --version               print the version
  -h, --help              print this

Exit status:
  0  done, with or without warnings
  1  errors in the input, the DIR of generate or the function config; nothing was changed
  2  wrong usage, or a file or stream that cannot be read or written
  3  a bug in intercept-backends
  check has its own meanings of 1 and 2, as said above

Examples:
  kpt fn eval DIR --exec intercept-backends
  kpt fn source DIR | intercept-backends | kpt fn sink NEW_DIR
  kustomize build --enable-alpha-plugins --enable-exec OVERLAY
  kustomize build OVERLAY | intercept-backends -
  intercept-backends agent.yaml | diff agent.yaml -

Function config (all fields and defaults: intercept-backends schema):
  apiVersion: intercept-backends.dev/v1alpha1
  kind: InterceptBackends
  metadata: {name: metric-agent}
  spec:
    agent: {name: telemetry-metric-agent}
`;
