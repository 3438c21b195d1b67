import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { folderWith } from "../folders.ts";
import { runProgram } from "../program.ts";
import { AGENT, kptExample, pipeline } from "./manifests.ts";

const UNRESOLVED = pipeline("gone", 1).replace(
  "value: http://gone.backends:1",
  "valueFrom: {secretKeyRef: {name: gone, namespace: kyma-system, key: endpoint}}",
);
const WARN = `apiVersion: intercept-backends.dev/v1alpha1
kind: InterceptBackends
metadata: {name: metric-agent}
spec: {endpoints: {unresolved: Warn}}
`;
/** Something of everything: a changed place, and a warning in another file. */
const MIXED = {
  "100%, a:b/agent.yaml": AGENT,
  "config.yaml": WARN,
  "pipelines/gone.yaml": `# where?\n${UNRESOLVED}`,
  "pipelines/one.yaml": pipeline("one", 4317),
};

function check(files: Readonly<Record<string, string>>, ...args: string[]): { status: number | null; stdout: string } {
  const { status, stdout } = runProgram(["check", ...args, "."], "", folderWith(files));
  return { status, stdout: stdout.toString() };
}

describe("for GitHub", () => {
  test("each changed place is one workflow command that names its line", () => {
    const { status, stdout } = check(kptExample(), "--format", "github");
    expect(status).toBe(1);
    const title = "title=not what intercept-backends writes";
    expect(stdout.split("\n").map((line) => line.split("::")[1])).toEqual([
      `error file=metric-agent.yaml,line=23,${title}`,
      `error file=metric-agent.yaml,line=29,${title}`,
      `error file=metric-agent.yaml,line=84,${title}`,
      `error file=metric-agent.yaml,line=93,${title}`,
      undefined,
    ]);
    expect(stdout.split("\n")[0]).toMatch(
      /::a line is missing after this one; run intercept-backends .*:%0A\+ {9}sidecar\.istio\.io\/inject: "true"$/,
    );
  });

  test("names and messages are escaped as GitHub demands, and a warning is one", () => {
    const { status, stdout } = check(MIXED, "--format", "github");
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^::warning file=pipelines\/gone\.yaml,line=10,col=21,endColumn=86,title=.*::MetricPipeline\/gone: .*$/m,
    );
    expect(stdout).toContain("::error file=100%25%2C a%3Ab/agent.yaml,line=10,title=");
    expect(stdout.split("\n").every((line) => line === "" || /^::(?:error|warning) /.test(line))).toBe(true);
  });

  test("lines that must change are named from the first to the last", () => {
    const folder = folderWith({ "agent.yaml": AGENT, "one.yaml": pipeline("one", 4317) });
    const written = runProgram(["agent.yaml", "one.yaml"], "", folder).stdout.toString();
    const stale = written
      .replace('"4317"', '"1"\n        # and a line that stays\n        other: x')
      .replace('"true"', '"100%"');
    const { stdout } = check({ "all.yaml": stale }, "--format", "github");
    expect(stdout).toMatch(/^::error file=all\.yaml,line=\d+,title=[^:]*::this line must change; .*100%25/m);
    expect(stdout).toMatch(/includeOutboundPorts: "1"%0A\+ {9}\S+includeOutboundPorts: "4317"$/m);
  });

  test("an error says where, and the status is 2", () => {
    const { status, stdout } = check({ "a.yaml": AGENT, "b.yaml": UNRESOLVED }, "--format", "github");
    expect(status).toBe(2);
    expect(stdout).toMatch(
      /^::error file=b\.yaml,line=9,col=21,endColumn=86,title=cannot be decided::MetricPipeline\/gone: .*\n$/,
    );
  });

  test("nothing is said where nothing differs", () => {
    const folder = folderWith({ "agent.yaml": AGENT, "one.yaml": pipeline("one", 4317) });
    const written = runProgram(["agent.yaml", "one.yaml"], "", folder).stdout.toString();
    expect(check({ "all.yaml": written }, "--format", "github")).toEqual({ status: 0, stdout: "" });
  });
});

interface Log {
  $schema: string;
  version: string;
  runs: {
    tool: {
      driver: {
        name: string;
        version: string;
        rules: {
          id: string;
          shortDescription: { text: string };
          help: { text: string; markdown?: string };
          defaultConfiguration: { level: string };
        }[];
      };
    };
    invocations: { executionSuccessful: boolean }[];
    results: {
      ruleId: string;
      ruleIndex: number;
      level: string;
      message: { text: string };
      locations: {
        physicalLocation: {
          artifactLocation: { uri: string; uriBaseId?: string };
          region?: { startLine: number; endLine?: number; startColumn?: number; endColumn?: number };
        };
      }[];
      partialFingerprints: Record<string, string>;
    }[];
  }[];
}

/** The log, with what SARIF 2.1.0 and GitHub's code scanning demand of each of them. */
function sarif(files: Readonly<Record<string, string>>): { status: number | null; run: Log["runs"][number] } {
  const { status, stdout } = check(files, "--format", "sarif");
  const log = JSON.parse(stdout) as Log;
  expect(log.version).toBe("2.1.0");
  expect(log.$schema).toMatch(/sarif-2\.1\.0\.json$/);
  expect(log.runs).toHaveLength(1);
  const [run] = log.runs;
  if (run === undefined) throw new Error("one run");
  const { name, version, rules } = run.tool.driver;
  expect(name).toBe("intercept-backends");
  expect(version).toMatch(/^\d+\.\d+\.\d+/);
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const rule of rules) {
    expect(rule.shortDescription.text).not.toBe("");
    expect(["error", "warning", "note"]).toContain(rule.defaultConfiguration.level);
  }
  for (const result of run.results) {
    expect(rules[result.ruleIndex]?.id).toBe(result.ruleId);
    expect(["error", "warning", "note", "none"]).toContain(result.level);
    expect(result.message.text).not.toBe("");
    expect(result.locations).toHaveLength(1);
    for (const { physicalLocation } of result.locations) {
      const { uri, uriBaseId } = physicalLocation.artifactLocation;
      expect(uri).toMatch(/^[A-Za-z0-9._~%/-]+$/);
      expect(uri).not.toMatch(/^\/|^\.\./);
      expect(uriBaseId).toBe("%SRCROOT%");
      const { startLine = 1, endLine = startLine, startColumn = 1 } = physicalLocation.region ?? {};
      expect(startLine).toBeGreaterThanOrEqual(1);
      expect(endLine).toBeGreaterThanOrEqual(startLine);
      expect(startColumn).toBeGreaterThanOrEqual(1);
    }
  }
  const fingerprints = run.results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints));
  expect(new Set(fingerprints).size).toBe(run.results.length);
  return { status, run };
}

/** The results about ports of Istio's own, by their level and file. */
function onIstioPorts({ results }: Log["runs"][number]): unknown[] {
  return results
    .filter(({ ruleId }) => ruleId === "istio-port")
    .map(({ level, locations: [location] }) => [level, location?.physicalLocation.artifactLocation.uri]);
}

/** What the results of a check are known by. */
function known(files: Readonly<Record<string, string>>): unknown[] {
  return sarif(files).run.results.flatMap(({ partialFingerprints }) => Object.values(partialFingerprints));
}

describe("as SARIF", () => {
  test("changed places and warnings are results with a rule and a place", () => {
    const { status, run } = sarif(MIXED);
    expect(status).toBe(1);
    expect(run.invocations).toEqual([{ executionSuccessful: true }]);
    const told = run.results.map(({ ruleId, level, locations: [location] }) => [
      ruleId,
      level,
      decodeURIComponent(location?.physicalLocation.artifactLocation.uri ?? ""),
      location?.physicalLocation.region?.startLine,
    ]);
    expect(told[0]).toEqual(["warning", "warning", "pipelines/gone.yaml", 10]);
    expect(told[1]).toEqual(["not-rewritten", "error", "100%, a:b/agent.yaml", 10]);
  });

  test("an error that is about no file stands at the first one, and the run has not succeeded", () => {
    const { status, run } = sarif({ "b.yaml": pipeline("b", 1), "c.yaml": pipeline("c", 1) });
    expect(status).toBe(2);
    expect(run.invocations).toEqual([{ executionSuccessful: false }]);
    expect(run.results).toMatchObject([
      {
        ruleId: "cannot-be-decided",
        level: "error",
        locations: [{ physicalLocation: { artifactLocation: { uri: "b.yaml" } } }],
      },
    ]);
  });

  test("each warning is a rule of its own, whatever the function config makes of it, and names its page", () => {
    const files = { "agent.yaml": AGENT, "push.yaml": pipeline("push", 15090), "dns.yaml": pipeline("dns", 15053) };
    const { status, run } = sarif(files);
    const rule = run.tool.driver.rules.find(({ id }) => id === "istio-port");
    expect(status).toBe(1);
    expect(rule?.shortDescription.text).toBe("A port of Istio's own is to be intercepted.");
    expect([rule?.help.text, rule?.help.markdown]).toEqual([
      expect.stringContaining(" docs/warnings/istio-port.md "),
      expect.stringContaining(" `docs/warnings/istio-port.md` "),
    ]);
    expect(onIstioPorts(run)).toEqual([
      ["warning", "dns.yaml"],
      ["warning", "push.yaml"],
    ]);
    const config = WARN.replace(/^spec:.*$/m, "spec: {warnings: {istio-port: Error}}");
    const refused = sarif({ ...files, "config.yaml": config });
    expect(refused.status).toBe(2);
    expect(onIstioPorts(refused.run)).toEqual([
      ["error", "dns.yaml"],
      ["error", "push.yaml"],
    ]);
  });

  test("results are known by rule, resource and field, wherever their lines go", () => {
    const moved = Object.fromEntries(Object.entries(MIXED).map(([name, text]) => [name, `# above\n\n${text}`]));
    expect(known(moved)).toEqual(known(MIXED));
    expect(known(MIXED)).toEqual([
      "warning MetricPipeline/gone spec.output.otlp.endpoint.valueFrom.secretKeyRef",
      "not-rewritten DaemonSet/kyma-system/telemetry-metric-agent sidecar.istio.io/inject",
      "not-rewritten DaemonSet/kyma-system/telemetry-metric-agent volumeMounts",
    ]);
    const excluded = AGENT.replace(
      "      labels:",
      '      annotations: {traffic.sidecar.istio.io/excludeOutboundPorts: "1,2"}\n      labels:',
    );
    const both = known({ "agent.yaml": excluded, "one.yaml": pipeline("one", 1), "two.yaml": pipeline("two", 2) });
    const name =
      'excluded-port DaemonSet/kyma-system/telemetry-metric-agent spec.template.metadata.annotations["traffic.sidecar.istio.io/excludeOutboundPorts"]';
    expect(both.slice(0, 2)).toEqual([name, `${name} 2`]);
    expect(known({ "broken.yaml": 'kind: MetricPipeline\nx: "\\q"\n' })[0]).toBe("cannot-be-decided broken.yaml");
  });

  test("a place on a line of several resources has the columns of its own", () => {
    const [agent, secret] = [AGENT, "{kind: Secret}"].map((text) => JSON.stringify(parse(text)));
    const list = `{"apiVersion":"config.kubernetes.io/v1","kind":"ResourceList","items":[${secret},${agent},${JSON.stringify(parse(pipeline("one", 1)))}]}`;
    const columns = { start: list.indexOf(agent ?? "") + 1, end: list.indexOf(agent ?? "") + 1 + (agent ?? "").length };
    const { run } = sarif({ "list.json": list });
    expect(run.results.map(({ locations: [location] }) => location?.physicalLocation.region)).toEqual([
      { startLine: 1, startColumn: columns.start, endLine: 1, endColumn: columns.end },
    ]);
    const { stdout } = check({ "list.json": list }, "--format", "github");
    expect(stdout).toContain(`::error file=list.json,line=1,col=${columns.start},endColumn=${columns.end},title=`);
  });

  test("a syntax error has its column", () => {
    const { run } = sarif({ "a.yaml": AGENT, "b.yaml": 'kind: MetricPipeline\nx: "\\q"\n' });
    expect(run.results[0]?.locations[0]?.physicalLocation.region).toEqual({ startLine: 2, startColumn: 5 });
  });

  test("nothing differs: there are no results, but there is a log", () => {
    const folder = folderWith({ "agent.yaml": AGENT, "one.yaml": pipeline("one", 4317) });
    const written = runProgram(["agent.yaml", "one.yaml"], "", folder).stdout.toString();
    const { status, run } = sarif({ "all.yaml": written });
    expect({ status, results: run.results }).toEqual({ status: 0, results: [] });
  });
});
