import { SOURCE_KINDS } from "./choose-source.ts";

/** A parameter of the plugin itself; those of the function config come from its schema. */
export interface OwnParameter {
  name: string;
  title: string;
  tooltip: string;
  form: "string" | "array" | "map";
  /** What it may be, where not everything will do. */
  choices?: readonly string[];
  /** What holds when it is absent. */
  fallback?: string;
}

/** What an Application can say besides the function config, in the order of the form. */
export const OWN_PARAMETERS: readonly OwnParameter[] = [
  {
    name: "source",
    title: "Kind of source",
    tooltip: "kustomize, helm or directory; without it the files of the folder tell",
    form: "string",
    choices: SOURCE_KINDS,
  },
  {
    name: "directory.include",
    title: "Files of a directory",
    tooltip: "patterns such as agents/**; without any, all .yaml, .yml and .json files that are not hidden",
    form: "array",
  },
  {
    name: "directory.exclude",
    title: "Files left out of a directory",
    tooltip: "patterns such as values*.yaml",
    form: "array",
  },
  {
    name: "helm.releaseName",
    title: "Release of a chart",
    tooltip: "without it the name of the Application",
    form: "string",
  },
  {
    name: "helm.valueFiles",
    title: "Value files of a chart",
    tooltip: "paths from the chart on, or with a leading / from the repository on; later ones win",
    form: "array",
  },
  { name: "helm.values", title: "Values of a chart", tooltip: "YAML, wins over the files", form: "string" },
  {
    name: "helm.parameters",
    title: "Single values of a chart",
    tooltip: "by dotted path, win over everything",
    form: "map",
  },
  {
    name: "missing.agent",
    title: "When the agent is missing",
    tooltip: "Error, or Allow for a folder whose MetricPipelines belong to an agent that is deployed elsewhere",
    form: "string",
    choices: ["Error", "Allow"],
    fallback: "Error",
  },
  {
    name: "missing.pipelines",
    title: "When no MetricPipeline reaches the agent",
    tooltip: "Error, or Allow for an agent that pushes to no backend",
    form: "string",
    choices: ["Error", "Allow"],
    fallback: "Error",
  },
];
