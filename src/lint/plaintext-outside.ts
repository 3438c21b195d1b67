import { isMetricPipeline } from "../telemetry/metric-pipeline.ts";
import { isOutside } from "../cluster/host-names.ts";
import type { Scene, Trouble } from "./warning.ts";

/**
 * Metrics, or the secret that a token is asked for with, leave the cluster in plaintext: the sidecar adds mTLS to the mesh
 * alone. A host that a ServiceEntry or a DestinationRule names may get TLS from the sidecar.
 */
export function* plaintextOutside({ backends, tokens, ask }: Scene): Iterable<Trouble> {
  const sent = [
    ...backends.map((backend) => ({ ...backend, what: "metrics go" })),
    ...tokens.map((token) => ({ ...token, what: "the secret of the OAuth2 client goes" })),
  ];
  const outside = sent.filter(({ host = "", shown }) => /^http:/i.test(shown) && isOutside(host));
  const hosts = new Set(outside.map(({ host = "" }) => host));
  const rules = hosts.size === 0 ? [] : ask(["ServiceEntry", "DestinationRule"], [...hosts]);
  const words = rules
    .filter(({ ref }) => ref.apiVersion.startsWith("networking.istio.io/"))
    .flatMap(({ object }) =>
      JSON.stringify(object)
        .toLowerCase()
        .split(/[^\p{L}\p{N}._*-]+/u),
    );
  const known = new Set(words);
  for (const { host = "", shown, about, what, field } of outside) {
    if (known.has(host)) continue;
    yield {
      cause: `${what} to ${host}, outside of the cluster, in plaintext: the sidecar encrypts only what stays in the mesh`,
      remedy: "write https:// if TLS is spoken there, or let the sidecar begin it (ServiceEntry and DestinationRule)",
      about,
      field: { path: isMetricPipeline(about) ? `${field}.value` : field, currentValue: shown },
    };
  }
}
