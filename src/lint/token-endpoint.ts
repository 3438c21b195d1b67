import { whereIsHost } from "../cluster/whereabouts.ts";
import { BACKEND_PORTS_ANNOTATION } from "../telemetry/override.ts";
import { TOKEN_URL } from "../telemetry/token-endpoints.ts";
import { around } from "./around.ts";
import { ruleFor } from "./intercepted.ts";
import type { Trouble, Warning } from "./warning.ts";

/**
 * A token endpoint in the mesh is called past the sidecar: the client's secret goes without mTLS, and nowhere where the
 * endpoint accepts nothing else (istio.io/latest/docs/reference/config/security/peer_authentication). That its port is
 * excluded, or that nothing is intercepted at all, others tell.
 */
export const tokenEndpoint: Warning = (scene) => {
  const called = scene.tokens.flatMap((token) => {
    const { host } = token;
    const isCalled = host !== undefined && ruleFor(token.port, undefined, scene) !== "excluded-port";
    return isCalled ? [{ ...token, host }] : [];
  });
  if (called.length === 0) return [];
  const cluster = around(
    called.map(({ host }) => host),
    scene,
  );
  return called.flatMap(({ pipeline, host, port, shown }): Trouble[] => {
    const { place, peerAuthentication, address } = whereIsHost(host, scene.agent.manifest.ref.namespace, cluster);
    const rule = ruleFor(port, address, scene);
    if (!place.startsWith("in the mesh") || peerAuthentication === "DISABLE") return [];
    if (rule !== "not-included" && rule !== "excluded-range") return [];
    return [
      {
        cause: `the OAuth2 token endpoint ${shown} is in the mesh and is called past the sidecar, without its mTLS`,
        remedy:
          rule === "not-included"
            ? "set endpoints.oauth2TokenEndpoints of the function config to InCluster"
            : "narrow the range in excludeOutboundIPRanges or bypass.ipRanges that its address lies in",
        about: pipeline,
        field: { path: TOKEN_URL },
      },
    ];
  });
};

/** Nobody can tell whether the port of a token endpoint has to be listed. Who lists the ports by hand is taken to have meant it. */
export const tokenEndpointUnknown: Warning = ({ tokens, untoldTokens, settings }) => {
  const setting = settings.endpoints.oauth2TokenEndpoints;
  if (setting === "Off") return [];
  const hidden = setting === "All" ? [] : tokens.filter(({ host }) => host === undefined);
  const untold = [
    ...untoldTokens.map(({ pipeline, fault }) => ({ pipeline, why: `cannot be told: ${fault.cause}` })),
    ...hidden.map(({ pipeline }) => ({ pipeline, why: "takes its host from a placeholder" })),
  ];
  return untold
    .filter(({ pipeline }) => pipeline.annotations[BACKEND_PORTS_ANNOTATION] === undefined)
    .map(({ pipeline, why }) => ({
      cause: `the OAuth2 token endpoint ${why}; nothing says whether it is in the mesh, where a call past the sidecar may be refused`,
      remedy:
        'list its port in ports.additional if it is in the mesh, and set endpoints.oauth2TokenEndpoints of the function config to "Off"',
      about: pipeline,
      field: { path: TOKEN_URL },
    }));
};
