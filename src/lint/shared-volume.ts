import { podField } from "./fields.ts";
import type { Trouble, Warning } from "./warning.ts";

/**
 * A second container, another agent for example, has the volume of the certificates and may write there, over the key
 * that the sidecar renews (istio#31726). A volume of this kind belongs to one pod: two DaemonSets never share one.
 */
export const sharedVolume: Warning = ({ agent, container, settings }) => {
  const { volumeName } = settings.certificates;
  if (!container?.mounts.some(({ name }) => name === volumeName)) return [];
  return agent.containers
    .filter(({ position }) => position !== container.position)
    .flatMap(({ name, position, mounts }) =>
      mounts
        .filter((mount) => mount.name === volumeName && mount.fields["readOnly"] !== true)
        .map((mount): Trouble => ({
          cause: `the container ${name} mounts the volume ${volumeName} too and may write there, where the sidecar keeps its certificates`,
          remedy:
            "add readOnly: true to that mount, or give one of the two a volume of its own (certificates.volumeName)",
          field: podField(["containers", position, "volumeMounts", mount.position], mount.fields),
        })),
    );
};
