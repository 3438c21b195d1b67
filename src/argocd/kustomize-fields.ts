import {
  data,
  flag,
  listOf,
  map,
  matching,
  naming,
  number,
  refused,
  text,
  texts,
  type Fields,
  type Shape,
} from "./shape.ts";

// The fields of all files that make kustomize read other files, as kustomize 5.8 defines them (kustomize: api/types,
// api/internal/builtins, api/internal/plugins/builtinconfig). test/argocd/fields.test.ts holds them against its types.

const gvk: Fields = { group: text, version: text, kind: text };
const resourceId: Fields = { ...gvk, name: text, namespace: text };
const selector = map({ ...resourceId, annotationSelector: text, labelSelector: text });
const fieldSpecs = listOf(map({ ...gvk, path: text, create: flag }));
const metadata = map({ name: text, namespace: text, labels: texts, annotations: texts });
const image = map({ name: text, newName: text, tagSuffix: text, newTag: text, digest: text });
const replica = map({ name: text, count: number });

const patchOptions = map({ allowNameChange: flag, allowKindChange: flag });
const patchFields: Fields = { path: naming("file"), patch: text, target: selector, options: patchOptions };
const patches = listOf(map(patchFields));

const fieldOptions = map({ delimiter: text, index: number, encoding: text, create: flag });
const replacementFields: Fields = {
  source: map({ ...resourceId, fieldPath: text, options: fieldOptions }),
  targets: listOf(map({ select: selector, reject: listOf(selector), fieldPaths: listOf(text), options: fieldOptions })),
  sourceValue: text,
};
const replacements = listOf(map({ ...replacementFields, path: naming("replacements") }));

const generatorOptions = map({ labels: texts, annotations: texts, disableNameSuffixHash: flag, immutable: flag });
const generatorFields: Fields = {
  namespace: text,
  name: text,
  behavior: text,
  literals: listOf(text),
  files: listOf(naming("keyed file")),
  envs: listOf(naming("file")),
  env: naming("file"),
  options: generatorOptions,
};
const secretFields: Fields = { ...generatorFields, type: text };

const NO_HELM_HOME = "no configuration, plugin or cache of helm comes from a repository";
const NO_OPTION = "no value of a repository is an option of helm";
const RELEASE = /^(?:[a-z0-9](?:[-a-z0-9.]{0,51}[a-z0-9])?)?$/;
const NAMESPACE = /^(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)?$/;
const VERSION = /^(?:[\w^~*<>=v][\w.+~^*<>=,| -]*)?$/;
const API_VERSION = /^[\w.]+(?:\/[\w.]+){0,2}$/;

const globalFields: Fields = { chartHome: naming("chart home"), configHome: refused(NO_HELM_HOME) };
const chartFields: Fields = {
  name: naming("chart"),
  version: matching(VERSION),
  repo: naming("remote"),
  releaseName: matching(RELEASE),
  namespace: matching(NAMESPACE),
  additionalValuesFiles: listOf(naming("values file")),
  valuesFile: naming("values file"),
  valuesInline: data,
  valuesMerge: matching(/^(?:merge|override|replace)?$/),
  includeCRDs: flag,
  skipHooks: flag,
  apiVersions: listOf(matching(API_VERSION)),
  kubeVersion: matching(/^(?:v?\d+(?:\.\d+){0,2}(?:[-+][\w.+-]*)?)?$/),
  nameTemplate: refused("helm would execute it as a template; use releaseName"),
  skipTests: flag,
  debug: flag,
  devel: flag,
};
const oldChartFields: Fields = {
  chartName: naming("chart"),
  chartVersion: matching(VERSION),
  chartRepoUrl: naming("remote"),
  chartHome: naming("chart home"),
  chartRepoName: text,
  helmBin: refused("no program of a repository is run"),
  helmHome: refused(NO_HELM_HOME),
  values: naming("values file"),
  valuesLocal: data,
  valuesMerge: matching(/^(?:merge|override|replace)?$/),
  releaseName: matching(RELEASE),
  releaseNamespace: matching(NAMESPACE),
  extraArgs: refused(NO_OPTION, "list"),
};

const identity: Fields = { apiVersion: text, kind: text, metadata };

/** A kustomization and a component. */
export const kustomizationFields: Fields = {
  ...identity,
  openapi: map({ path: naming("file"), version: text }),
  namePrefix: text,
  nameSuffix: text,
  namespace: text,
  commonLabels: texts,
  labels: listOf(map({ pairs: texts, includeSelectors: flag, includeTemplates: flag, fields: fieldSpecs })),
  commonAnnotations: texts,
  patchesStrategicMerge: listOf(naming("patch or file")),
  patchesJson6902: patches,
  patches,
  images: listOf(image),
  imageTags: listOf(image),
  replacements,
  replicas: listOf(replica),
  vars: listOf(
    map({
      name: text,
      objref: map({ apiVersion: text, ...resourceId }),
      // The second is how kustomize's own examples and kubebuilder's scaffolds write it.
      fieldref: map({ fieldPath: text, fieldpath: text }),
    }),
  ),
  sortOptions: map({
    order: text,
    legacySortOptions: map({ orderFirst: listOf(text), orderLast: listOf(text) }),
  }),
  resources: listOf(naming("resource")),
  components: listOf(naming("component")),
  crds: listOf(naming("file")),
  bases: listOf(naming("base")),
  configMapGenerator: listOf(map(generatorFields)),
  secretGenerator: listOf(map(secretFields)),
  helmGlobals: map(globalFields),
  helmCharts: listOf(map(chartFields)),
  helmChartInflationGenerator: listOf(map(oldChartFields)),
  generatorOptions,
  configurations: listOf(naming("configuration")),
  generators: listOf(naming("plugin")),
  transformers: listOf(naming("plugin")),
  validators: listOf(naming("plugin")),
  buildMetadata: listOf(text),
};

/** A kustomization in place of a plugin's configuration: it may list some, and change none. */
export const pluginFolderFields: Fields = { ...identity, resources: listOf(naming("plugin")) };

/** The plugins that are built in, by kind. */
export const pluginFields: Readonly<Record<string, Fields>> = {
  AnnotationsTransformer: { annotations: texts, fieldSpecs },
  ConfigMapGenerator: generatorFields,
  HashTransformer: {},
  HelmChartInflationGenerator: { ...globalFields, ...chartFields },
  IAMPolicyGenerator: {
    cloud: text,
    kubernetesService: map({ name: text, namespace: text }),
    serviceAccount: map({ name: text, projectId: text }),
  },
  ImageTagTransformer: { imageTag: image, fieldSpecs },
  LabelTransformer: { labels: texts, fieldSpecs },
  NamespaceTransformer: { fieldSpecs, unsetOnly: flag, setRoleBindingSubjects: text },
  PatchJson6902Transformer: { target: selector, path: naming("file"), jsonOp: text },
  PatchStrategicMergeTransformer: { paths: listOf(naming("patch or file")), patches: text },
  PatchTransformer: patchFields,
  PrefixSuffixTransformer: { prefix: text, suffix: text, fieldSpecs },
  PrefixTransformer: { prefix: text, fieldSpecs },
  ReplacementTransformer: { replacements },
  ReplicaCountTransformer: { replica, fieldSpecs },
  SecretGenerator: secretFields,
  SuffixTransformer: { suffix: text, fieldSpecs },
  ValueAddTransformer: {
    value: text,
    targets: listOf(map({ selector, fieldPath: text, filePathPosition: number })),
    targetFilePath: naming("file"),
  },
};

/** The configuration of a plugin of this kind; undefined where none is built in. */
export function pluginShape(kind: string): Shape | undefined {
  const own = Object.hasOwn(pluginFields, kind) ? pluginFields[kind] : undefined;
  return own && map({ ...identity, ...own });
}

/** A file of replacements: one of them, or a list. */
export const replacementShape = map(replacementFields);

/** A file of `configurations`. */
export const configurationFields: Fields = {
  namePrefix: fieldSpecs,
  nameSuffix: fieldSpecs,
  namespace: fieldSpecs,
  commonLabels: fieldSpecs,
  labels: fieldSpecs,
  templateLabels: fieldSpecs,
  commonAnnotations: fieldSpecs,
  nameReference: listOf(map({ ...gvk, fieldSpecs })),
  varReference: fieldSpecs,
  images: fieldSpecs,
  replicas: fieldSpecs,
};
