import { TOKEN_URL } from "../telemetry/token-endpoints.ts";
import { isOutside } from "./hosts.ts";
import type { Ask, Trouble, Warning } from "./warning.ts";

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
  const outside = sent.flatMap((each) =>
    each.host !== undefined && /^http:/i.test(each.shown) && isOutside(each.host) ? [{ ...each, host: each.host }] : [],
  );
  const known = knownHosts([...new Set(outside.map(({ host }) => host))], ask);
  return outside.flatMap(({ host, shown, pipeline, what, path }): Trouble[] => {
    if (known.has(host)) return [];
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

/** The words in the ServiceEntries and DestinationRules of Istio that may name one of the hosts. */
function knownHosts(hosts: readonly string[], ask: Ask): ReadonlySet<string> {
  const found = hosts.length === 0 ? [] : ask(["ServiceEntry", "DestinationRule"], hosts);
  const named = found.filter(({ ref }) => ref.apiVersion.startsWith("networking.istio.io/"));
  return new Set(
    named.flatMap(({ object }) =>
      JSON.stringify(object)
        .toLowerCase()
        .split(/[^\p{L}\p{N}._*-]+/u),
    ),
  );
}
