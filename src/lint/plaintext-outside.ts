import type { Manifest } from "../base/manifest.ts";
import { TOKEN_URL } from "../telemetry/token-endpoints.ts";
import { isOutside } from "./hosts.ts";
import type { Trouble, Warning } from "./warning.ts";

/**
 * Metrics, or the secret that a token is asked for with, leave the cluster in plaintext: `http://` is sent as it is, and the sidecar adds mTLS to the mesh alone. A host
 * that a ServiceEntry or a DestinationRule names may get TLS from the sidecar.
 */
export const plaintextOutside: Warning = ({ backends, tokens, ask }) => {
  const sent = [
    ...backends.map((backend) => ({ ...backend, what: "metrics go", path: "spec.output.otlp.endpoint.value" })),
    ...tokens
      .filter(({ isFromSecret }) => !isFromSecret)
      .map((token) => ({ ...token, what: "the secret of the OAuth2 client goes", path: `${TOKEN_URL}.value` })),
  ];
  return sent.flatMap(({ host, shown, pipeline, what, path }): Trouble[] => {
    if (host === undefined || !/^http:/i.test(shown) || !isOutside(host)) return [];
    // What was asked for may hold more than what mentions the host.
    const known = ask(["ServiceEntry", "DestinationRule"], [host]).filter(isOfIstio);
    if (known.some(({ object }) => JSON.stringify(object).includes(host))) return [];
    return [
      {
        cause: `${what} to ${host}, outside of the cluster, in plaintext: the sidecar encrypts only what stays in the mesh`,
        remedy: "write https:// if TLS is spoken there, or let the sidecar begin it (ServiceEntry and DestinationRule)",
        about: pipeline,
        field: {
          path,
          currentValue: shown,
        },
      },
    ];
  });
};

function isOfIstio({ ref }: Manifest): boolean {
  return ref.apiVersion.startsWith("networking.istio.io/");
}
