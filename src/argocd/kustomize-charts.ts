import { join, relative } from "node:path";
import { problem, type Finding } from "../base/finding.ts";
import { withoutCredentials } from "../base/address.ts";
import { isRecord } from "../base/record.ts";
import { isFinding } from "../stream/problem.ts";
import { readChart } from "./chart-files.ts";
import { lookAt, type Place, type Repository } from "./repository.ts";
import type { Stage } from "./stage.ts";

/** What copying charts needs. */
export interface ChartCopy {
  repository: Repository;
  stage: Stage;
  /** The real path of the kustomization's folder. */
  folder: string;
  /** True when the operator lets kustomize fetch charts. */
  isRemoteAllowed: boolean;
}

/** The names under which a chart says what it is, in the present and in the old list. */
const FIELDS = {
  present: { name: "name", version: "version", repo: "repo" },
  old: { name: "chartName", version: "chartVersion", repo: "chartRepoUrl" },
};

/**
 * Copies the charts of a kustomization to the stage, and gives the list to write: without the addresses that kustomize would
 * fetch a chart from, which makes it look in `chartHome` for a folder of the chart's name (kustomize:
 * HelmChartInflationGenerator.go, absChartHome). Calls `refuse` for what cannot be rendered offline.
 */
export function copyCharts(
  copy: ChartCopy,
  charts: unknown,
  chartHome: unknown,
  form: keyof typeof FIELDS,
  refuse: (finding: Finding) => void,
): unknown {
  if (!Array.isArray(charts)) return charts;
  const home = typeof chartHome === "string" && chartHome !== "" ? chartHome : "charts";
  const place = lookAt(copy.repository, join(copy.folder, home));
  const shownHome = JSON.stringify(withoutCredentials(home));
  const outside = place && (isFinding(place) ? place : copy.stage.link(place));
  if (place !== undefined && (isFinding(place) || outside)) {
    return refuse(problem(`chartHome ${shownHome}: ${outside?.cause}`, outside?.remedy ?? "correct it"));
  }
  const from = new Map<string, string>();
  return (charts as unknown[]).map((chart) => {
    if (!isRecord(chart)) return chart;
    const fields = FIELDS[form];
    const [name = "", version = "", repo = ""] = [fields.name, fields.version, fields.repo].map((field) => {
      const value = chart[field];
      return typeof value === "string" ? value : "";
    });
    if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) {
      return refuse(problem(`${fields.name} is no name of a chart`, "write the name of its folder"));
    }
    const shown = `the chart ${JSON.stringify(name)}`;
    const paths = version === "" || repo === "" ? [name] : [join(`${name}-${version}`, name), name];
    const found = place ? paths.flatMap((path) => lookAt(copy.repository, join(place.real, path)) ?? []) : [];
    const [chosen] = found;
    if (place === undefined || chosen === undefined) {
      if (copy.isRemoteAllowed && /^(?:https?|oci):\/\//.test(repo)) return chart;
      const cause = `${shown} is not in ${shownHome}, and charts are not fetched`;
      return refuse(problem(cause, "commit it there, as `helm pull --untar` unpacks it"));
    }
    if (isFinding(chosen)) return refuse(chosen);
    if (!chosen.isFolder) return refuse(problem(`${shown} is not a folder`, "unpack it"));
    const before = from.get(name) ?? chosen.real;
    if (found.length > 1 || before !== chosen.real) {
      return refuse(problem(`${shown} is there in two versions`, "write a kustomization for each, with a chartHome"));
    }
    from.set(name, chosen.real);
    const to = join(place.real, name);
    const broken = copyChart(copy, chosen, chosen.path === to ? undefined : to);
    if (broken) return refuse(broken);
    return Object.fromEntries(Object.entries(chart).filter(([field]) => field !== fields.repo));
  });
}

/** Copies the files of a chart, to the same folder in the stage, or to another one. */
function copyChart({ repository, stage }: ChartCopy, chart: Place, to: string | undefined): Finding | undefined {
  const files = readChart(repository, chart.path);
  if (isFinding(files)) return files;
  const linked = to === undefined ? stage.link(chart) : undefined;
  if (linked) return linked;
  for (const { place, bytes } of files) {
    const broken =
      to === undefined
        ? (stage.link(place) ?? stage.write(place.real, bytes, place.name))
        : stage.write(join(to, relative(chart.path, place.path)), bytes, place.name);
    if (broken) return broken;
  }
  return undefined;
}
