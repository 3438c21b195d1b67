import type { Cluster } from "../cluster/cluster.ts";
import { whereIsHost } from "../cluster/whereabouts.ts";
import { decideConnection } from "../istio/interception-rules.ts";
import { readAddress } from "../istio/ip-range.ts";
import type { Backend } from "../telemetry/backend.ts";
import { BACKEND_PORTS_ANNOTATION } from "../telemetry/override.ts";
import { clusterAround } from "./around.ts";
import { nameOf } from "../cluster/host-names.ts";
import type { Scene, Trouble } from "./warning.ts";

/**
 * A token endpoint in the mesh is called past the sidecar: the client's secret goes without mTLS, and nowhere where the
 * endpoint accepts nothing else (istio.io/latest/docs/reference/config/security/peer_authentication). Other warnings say that
 * its port is excluded, or that nothing is intercepted at all.
 */
export function* tokenEndpoint(scene: Scene): Iterable<Trouble> {
  const called = scene.tokens.filter(
    (token) => hostOf(token) !== undefined && ruleFor(token.port, undefined, scene) !== "excluded-port",
  );
  if (called.length === 0) return;
  const cluster = clusterOf(
    called.map((token) => nameOf(hostOf(token) ?? "")),
    scene,
  );
  for (const token of called) {
    const { about, field, port, shown } = token;
    const { place, peerAuthentication, address } = whereIsHost(hostOf(token) ?? "", scene.namespace, cluster);
    const rule = ruleFor(port, address, scene);
    if (!place.startsWith("in the mesh") || peerAuthentication === "DISABLE") continue;
    if (rule !== "not-included" && rule !== "excluded-range") continue;
    yield {
      cause: `the OAuth2 token endpoint ${shown} is in the mesh and is called past the sidecar, without its mTLS`,
      remedy:
        rule === "not-included"
          ? "set endpoints.oauth2TokenEndpoints of the function config to InCluster"
          : "narrow the range in excludeOutboundIPRanges or bypass.ipRanges that its address lies in",
      about,
      field: { path: field },
    };
  }
}

function hostOf({ host, secretHost }: Backend): string | undefined {
  return host ?? secretHost;
}

function ruleFor(port: number, text: string | undefined, { interception }: Scene): string {
  const address = text === undefined ? undefined : readAddress(text);
  const connection = { protocol: "tcp", port, interface: "eth0", uid: 0, gid: 0 } as const;
  return decideConnection({ ...connection, ...(address ? { address } : {}) }, interception).rule.id;
}

/** The part of the stream by which `whereIsHost` finds these hosts: narrow, so that little is parsed. */
function clusterOf(names: readonly string[], scene: Scene): Cluster {
  const parts = names.map((name) => name.split("."));
  const services = new Set(parts.map(([service = ""]) => service));
  const namespaces = parts.map(([, namespace = scene.namespace ?? ""]) => namespace);
  const mentions = [...new Set([...names, ...services, ...namespaces])];
  const near = scene.ask(["Service", "ServiceEntry", "Namespace"], mentions);
  return clusterAround(
    near.filter(({ ref }) => ref.kind !== "Service" || services.has(ref.name)),
    scene,
  );
}

/**
 * It is not known whether the port of a token endpoint has to be listed. Whoever lists the ports by hand is taken to have meant
 * it.
 */
export function* tokenEndpointUnknown({ tokens, untoldTokens, settings }: Scene): Iterable<Trouble> {
  const setting = settings.endpoints.oauth2TokenEndpoints;
  if (setting === "Off") return;
  const hidden = setting === "All" ? [] : tokens.filter((token) => hostOf(token) === undefined);
  const unknown = [
    ...untoldTokens.map(({ about, field, fault }) => ({ about, field, why: `cannot be told: ${fault.cause}` })),
    ...hidden.map(({ about, field }) => ({ about, field, why: "takes its host from a placeholder" })),
  ];
  for (const { about, field, why } of unknown) {
    if (about.annotations[BACKEND_PORTS_ANNOTATION] !== undefined) continue;
    yield {
      cause: `the OAuth2 token endpoint ${why}; nothing says whether it is in the mesh, where a call past the sidecar may be refused`,
      remedy:
        'list its port in ports.additional if it is in the mesh, and set endpoints.oauth2TokenEndpoints of the function config to "Off"',
      about,
      field: { path: field },
    };
  }
}
