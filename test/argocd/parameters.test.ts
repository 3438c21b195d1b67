import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { agent, config, pipeline, portsIn } from "./manifests.ts";
import { root } from "../folders.ts";
import { expectRefusal, plugin, repository } from "./plugin.ts";
import type { Ran } from "./plugin.ts";

interface Announced {
  name: string;
  title: string;
  tooltip: string;
  required: boolean;
  itemType: string;
  collectionType: "string" | "array" | "map";
  string?: string;
  array?: string[];
  map?: Record<string, string>;
}

const files = { "a.yaml": agent(), "p.yaml": pipeline() };

function announcedIn(folder: string): Map<string, Announced> {
  const { status, stdout, said } = plugin(folder, { args: ["parameters"] });
  expect({ status, said }).toEqual({ status: 0, said: [] });
  return new Map((JSON.parse(stdout) as Announced[]).map((one) => [one.name, one]));
}

function withParameters(text: string): Ran {
  return plugin(repository(files), { env: { ARGOCD_APP_PARAMETERS: text } });
}

describe("what is announced", () => {
  test("has a name, words, and a value of its form at most", () => {
    const announced = [...announcedIn(repository(files)).values()];
    expect(announced.length).toBeGreaterThan(20);
    for (const { name, title, tooltip, required, itemType, collectionType, ...values } of announced) {
      expect(
        [title, tooltip].every((text) => text.length > 0),
        name,
      ).toBe(true);
      expect(required, name).toBe(false);
      expect(["string", "number", "boolean"], name).toContain(itemType);
      expect([[], [collectionType]], name).toContainEqual(Object.keys(values));
    }
  });

  test("carries the schema's defaults and the kind of the source", () => {
    const announced = announcedIn(repository(files));
    expect(announced.get("source")?.string).toBe("directory");
    expect(announced.get("agent.name")?.string).toBe("telemetry-metric-agent");
    expect(announced.get("ports.additional")).toMatchObject({ itemType: "number", collectionType: "array", array: [] });
    expect(announced.get("ports.socketLoadBalancer")).toMatchObject({ itemType: "boolean", string: "false" });
    expect(announced.get("pipelines.selector.matchLabels")?.collectionType).toBe("map");
  });

  test("carries what the folder's own function config says", () => {
    const own = config("mine", "east").replace("  pipelines:", "  ports:\n    additional: [4317, 9090]\n  pipelines:");
    const announced = announcedIn(repository({ ...files, "config.yaml": own }));
    expect(announced.get("agent.name")?.string).toBe("mine");
    expect(announced.get("ports.additional")?.array).toEqual(["4317", "9090"]);
    expect(announced.get("pipelines.selector.matchLabels")?.map).toEqual({ tier: "east" });
  });

  test("sent back as it is, changes nothing", () => {
    const folder = repository({ ...files, "config.yaml": config("telemetry-metric-agent", "backend") });
    const announced = [...announcedIn(folder).values()];
    const parameters = announced.map(({ name, string, array, map }) => ({ name, string, array, map }));
    const sent = parameters.filter(({ string, array, map }) => string !== undefined || array || map);
    expect(plugin(folder, { parameters: sent })).toEqual(plugin(folder));
  });

  test("is there for a folder that cannot be rendered, so that a form can correct it", () => {
    const broken = repository({ "a.yaml": "a: [\n", "kustomization.yaml": "resources: [/etc]\n" });
    expect(announcedIn(broken).get("agent.name")?.string).toBe("telemetry-metric-agent");
  });

  test("leaves the function config out where several agents have one each", () => {
    const two = `${config("one", "a")}---\n${config("two", "b")}`;
    expect([...announcedIn(repository({ ...files, "c.yaml": two })).keys()]).not.toContain("agent.name");
  });
});

describe("what an Application says", () => {
  test("in all three forms, and nothing at all", () => {
    expect(portsIn(withParameters(JSON.stringify([{ name: "ports.additional", string: "1, 2" }])).stdout)).toEqual([
      "1,2,4317",
    ]);
    expect(portsIn(withParameters(JSON.stringify([{ name: "ports.additional", array: ["2", "1"] }])).stdout)).toEqual([
      "1,2,4317",
    ]);
    const labels = [{ name: "agent.selector.matchLabels", map: { none: "such" } }];
    expectRefusal(withParameters(JSON.stringify(labels)), /no workload matches the agent's labels none=such/);
    for (const nothing of ["", "null", "[]"]) expect(withParameters(nothing).status, nothing).toBe(0);
  });

  test("is refused by name", () => {
    const cases: [object, RegExp][] = [
      [
        { name: "ports.aditional", string: "1" },
        /parameter ports\.aditional does not exist; did you mean ports\.additional\?$/,
      ],
      [{ name: "sauce", string: "helm" }, /parameter sauce does not exist; did you mean source\?$/],
      [
        { name: "source", string: "jsonnet" },
        /parameter source is "jsonnet"; choose one of kustomize, helm, directory$/,
      ],
      [{ name: "source", array: ["helm"] }, /parameter source is not given as string; /],
      [{ name: "agent.name", map: { a: "b" } }, /parameter agent\.name is not given as string; /],
      [
        { name: "agent.selector.matchLabels", string: "a=b" },
        /parameter agent\.selector\.matchLabels is not given as map; /,
      ],
      [{ name: "ports.additional", array: ["70000"] }, /parameter ports\.additional is wrong: .*70000/],
      [{ name: "agent.name" }, /parameter agent\.name has no value; /],
      [{ name: "agent.name", string: "a", array: ["b"] }, /parameter agent\.name has several values: string, array; /],
      [{ name: "ports.additional", array: [1] }, /parameter ports\.additional is no array of text; /],
      [{ string: "a" }, /entry 1 of ARGOCD_APP_PARAMETERS has no name; /],
    ];
    for (const [parameter, line] of cases) expectRefusal(withParameters(JSON.stringify([parameter])), line);
    expectRefusal(withParameters("{"), /^source: ARGOCD_APP_PARAMETERS is not JSON; /);
    expectRefusal(withParameters("{}"), /^source: ARGOCD_APP_PARAMETERS is no list; /);
    const twice = [
      { name: "agent.name", string: "a" },
      { name: "agent.name", string: "b" },
    ];
    expectRefusal(withParameters(JSON.stringify(twice)), /parameter agent\.name is given twice; /);
  });
});

describe("plugin.yaml", () => {
  const { kind, metadata, spec } = parse(readFileSync(join(root, "plugin.yaml"), "utf8")) as {
    kind: string;
    metadata: { name: string };
    spec: {
      version?: string;
      discover?: object;
      generate: { command: string[] };
      parameters: { static: Announced[]; dynamic: { command: string[] } };
    };
  };

  test("names absolute commands, and neither a version nor a discovery", () => {
    expect([kind, metadata.name]).toEqual(["ConfigManagementPlugin", "intercept-backends"]);
    expect([spec.version, spec.discover]).toEqual([undefined, undefined]);
    for (const [program, ...args] of [spec.generate.command, spec.parameters.dynamic.command]) {
      expect(program).toBe("/usr/local/bin/intercept-backends");
      expect(plugin(repository(files), { args }).status).toBe(0);
    }
  });

  test("announces by itself only what the program announces in the same words", () => {
    const announced = announcedIn(repository(files));
    for (const one of spec.parameters.static) expect(announced.get(one.name)).toMatchObject(one);
  });
});
