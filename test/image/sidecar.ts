import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { freshFolder, root } from "../folders.ts";

/** A container as deploy/argocd describes it. */
interface Container {
  command: string[];
  env: { name: string; value: string }[];
  securityContext: {
    allowPrivilegeEscalation: boolean;
    capabilities: { drop: string[] };
    readOnlyRootFilesystem: boolean;
    runAsUser: number;
  };
  volumeMounts: { name: string; mountPath: string }[];
}

/** The sidecar of deploy/argocd for one pod: its volumes, seen from outside, and how podman starts it. */
export interface Sidecar {
  /** What is mounted at a path; all may write to it, as in a volume of Kubernetes. */
  volume(mountPath: string): string;
  /** Arguments of podman that start the image, with these words in place of the command's last one. */
  start(image: string, argv: readonly string[], how?: How): string[];
}

/** What is not as deploy/argocd says: the container's name, its working directory, further variables. */
interface How {
  name?: string;
  cwd?: string;
  env?: Readonly<Record<string, string>>;
}

/** Reads the sidecar of deploy/argocd and makes empty volumes for it. */
export function newSidecar(): Sidecar {
  const [added] = parse(readFileSync(join(root, "deploy/argocd/sidecar.yaml"), "utf8")) as [{ value: Container }];
  const { command, env, securityContext, volumeMounts } = added.value;
  const [init = "", ...initArgs] = command.slice(0, -1);
  const pod = freshFolder();
  const volumes = volumeMounts.map(({ name, mountPath }) => {
    const folder = join(pod, name);
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    return { folder, mountPath };
  });
  return {
    volume: (wanted) => volumes.find(({ mountPath }) => mountPath === wanted)?.folder ?? "",
    start: (image, argv, { name, cwd = "/tmp", env: own = {} } = {}) => {
      const variables = { ...Object.fromEntries(env.map((variable) => [variable.name, variable.value])), ...own };
      const user = `${securityContext.runAsUser}:${securityContext.runAsUser}`;
      const how = ["--rm", "--network", "none", "--workdir", cwd, "--entrypoint", init, "--user", user];
      if (name !== undefined) how.push("--name", name);
      for (const capability of securityContext.capabilities.drop) how.push("--cap-drop", capability);
      if (!securityContext.allowPrivilegeEscalation) how.push("--security-opt", "no-new-privileges");
      if (securityContext.readOnlyRootFilesystem) how.push("--read-only", "--read-only-tmpfs=false");
      for (const { folder, mountPath } of volumes) how.push("--volume", `${folder}:${mountPath}`);
      for (const [key, value] of Object.entries(variables)) how.push("--env", `${key}=${value}`);
      return ["run", ...how, image, ...initArgs, ...argv];
    },
  };
}
