import type { Manifest } from "../manifest.ts";
import { isOutside } from "./hosts.ts";
import type { Trouble, Warning } from "./warning.ts";

/**
 * Metrics leave the cluster in plaintext: `http://` is sent as it is, and the sidecar adds mTLS to the mesh alone. A host
 * that a ServiceEntry or a DestinationRule names may get TLS from the sidecar.
 */
export const plaintextOutside: Warning = ({ backends, ask }) =>
  backends.flatMap(({ host, shown, pipeline }): Trouble[] => {
    if (host === undefined || !/^http:/i.test(shown) || !isOutside(host)) return [];
    // What was asked for may hold more than what mentions the host.
    const known = ask(["ServiceEntry", "DestinationRule"], [host]).filter(isOfIstio);
    if (known.some(({ object }) => JSON.stringify(object).includes(host))) return [];
    return [
      {
        cause: `metrics go to ${host}, outside of the cluster, in plaintext: the sidecar encrypts only what stays in the mesh`,
        remedy:
          "write https:// if the backend knows TLS, or let the sidecar begin it (ServiceEntry and DestinationRule)",
        about: pipeline,
        field: {
          path: "spec.output.otlp.endpoint.value",
          currentValue: shown,
        },
      },
    ];
  });

function isOfIstio({ ref }: Manifest): boolean {
  return ref.apiVersion.startsWith("networking.istio.io/");
}
