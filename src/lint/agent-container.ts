import { fieldPath } from "../base/finding.ts";
import { PROXY_CONFIG } from "../istio/annotations.ts";
import { PROXY_ID } from "../istio/interception-rules.ts";
import { valueAt } from "../telemetry/plain-data.ts";
import { readPlain } from "../yaml/parse.ts";
import { annotationField, type Scene, type Trouble } from "./warning.ts";

/** The collector runs as the sidecar's uid or gid, and the packet filter lets the sidecar's own traffic pass (istio#27202). */
export function* runsAsProxy({ agent, container }: Scene): Iterable<Trouble> {
  if (container === undefined) return;
  for (const name of ["runAsUser", "runAsGroup"]) {
    const own = valueAt(container.fields, "securityContext", name);
    if ((own ?? valueAt(agent.podSpec, "securityContext", name)) !== PROXY_ID) continue;
    const { podSpec, podSecurity } = agent.kind;
    const place = own === undefined ? [...podSpec, podSecurity] : [...container.path, "securityContext"];
    yield {
      cause: `the collector runs as ${PROXY_ID}, the identity of the sidecar itself, so that nothing it sends is intercepted`,
      remedy: `set ${name} to another number`,
      field: { path: fieldPath([...place, name]), currentValue: PROXY_ID },
    };
  }
}

/**
 * A second container, another agent for example, has the volume of the certificates and may write there, over the key
 * that the sidecar renews (istio#31726). A volume of this kind belongs to one pod: two agents never share one.
 */
export function* sharedVolume({ agent, container, settings }: Scene): Iterable<Trouble> {
  const { volumeName } = settings.certificates;
  if (!container?.mounts.some(({ name }) => name === volumeName)) return;
  for (const { name, position, path, mounts } of agent.containers) {
    if (position === container.position) continue;
    for (const mount of mounts) {
      if (mount.name !== volumeName || mount.fields["readOnly"] === true) continue;
      yield {
        cause: `the container ${name} mounts the volume ${volumeName} too and may write there, where the sidecar keeps its certificates`,
        remedy:
          "add readOnly: true to that mount, or give one of the two a volume of its own (certificates.volumeName)",
        field: { path: fieldPath([...path, "volumeMounts", mount.position]), currentValue: mount.fields },
      };
    }
  }
}

/**
 * The collector may start before its sidecar: its first pushes fail, and its certificates are not there yet (istio#10528).
 * Off by default, since the mesh may have set it for all, and the collector tries again.
 */
export function* noWaitForSidecar({ agent, texts }: Scene): Iterable<Trouble> {
  const text = texts[PROXY_CONFIG];
  const read = text === undefined ? {} : readPlain(text);
  if ("value" in read && valueAt(read.value, "holdApplicationUntilProxyStarts") !== undefined) return;
  yield {
    cause:
      "the collector does not wait for its sidecar, so that its first pushes fail and its certificates are missing",
    remedy: `add "holdApplicationUntilProxyStarts: true" to ${PROXY_CONFIG}`,
    field: agent.annotations[PROXY_CONFIG] === undefined ? undefined : annotationField(agent, PROXY_CONFIG),
  };
}
