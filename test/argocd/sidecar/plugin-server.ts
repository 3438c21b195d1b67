import { parseAllDocuments } from "yaml";

/** What Argo CD sends to a plugin for one Application. */
export interface Application {
  /** The folder that is sent whole, and the Application's folder in it. */
  repository: string;
  path: string;
  /** The Application's folder as its spec says it, where only a part of the repository is sent. */
  sourcePath?: string;
  name?: string;
  namespace?: string;
  /** `spec.source.plugin` of the Application. */
  env?: Readonly<Record<string, string>>;
  parameters?: readonly object[];
  /** Argo CD's own limit, in milliseconds. */
  deadline?: number;
}

/** A parameter as the plugin announces it. */
export interface Announced {
  name: string;
  title: string;
  string: string;
  array: readonly string[];
}

/** The server of a plugin; a call that fails is rejected with what Argo CD would show. */
export interface PluginServer {
  /** The manifests, each as one text. */
  generate(application: Application): Promise<string[]>;
  parameters(application: Application): Promise<Announced[]>;
  configuration(): Promise<{ isDiscoveryConfigured: boolean; provideGitCreds: boolean }>;
  matches(application: Application): Promise<{ isSupported: boolean; isDiscoveryEnabled: boolean }>;
  stop(): Promise<void>;
}

/** The variables that Argo CD sets for one Application (argo-cd: reposerver/repository, newEnv and getPluginEnvs). */
export function environmentOf(application: Application): Record<string, string> {
  const { path, sourcePath = path, name = "metrics", namespace = "kyma-system", env = {}, parameters } = application;
  return {
    ARGOCD_APP_NAME: name,
    ARGOCD_APP_NAMESPACE: namespace,
    ARGOCD_APP_PROJECT_NAME: "default",
    ARGOCD_APP_REVISION: "0123456789abcdef0123456789abcdef01234567",
    ARGOCD_APP_REVISION_SHORT: "0123456",
    ARGOCD_APP_REVISION_SHORT_8: "01234567",
    ARGOCD_APP_SOURCE_REPO_URL: "https://git.example.com/metrics.git",
    ARGOCD_APP_SOURCE_PATH: sourcePath,
    ARGOCD_APP_SOURCE_TARGET_REVISION: "main",
    KUBE_VERSION: "1.31.0",
    KUBE_API_VERSIONS: "v1,apps/v1,apps/v1/DaemonSet",
    ...Object.fromEntries(Object.entries(env).map(([key, value]) => [`ARGOCD_ENV_${key}`, value])),
    ARGOCD_APP_PARAMETERS: JSON.stringify(parameters ?? null),
  };
}

/** A resource that Argo CD would apply. */
export interface Resource {
  kind: string;
  metadata: { name: string; annotations?: Readonly<Record<string, string>> };
  spec?: { template?: { metadata?: { annotations?: Readonly<Record<string, string>> } } };
}

/** What the repo-server makes of the manifests: whatever has `items` is taken apart (argo-cd: reposerver/repository). */
export function resourcesOf(manifests: readonly string[]): Resource[] {
  return manifests
    .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Resource & { items?: Resource[] }))
    .flatMap((resource) => resource.items ?? [resource]);
}
