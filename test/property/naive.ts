/** The rewrite in its most naive form, on plain objects: what the stream's rewrite has to mean when it is parsed. */

type Plain = Record<string, any>;

const IPS = "traffic.sidecar.istio.io/includeOutboundIPRanges";
const PORTS = "traffic.sidecar.istio.io/includeOutboundPorts";

export function naiveRewrite(agent: Plain, ports: readonly number[], readYaml: (text: string) => Plain | null): Plain {
  const result = structuredClone(agent);
  const { metadata, spec } = result["spec"].template;
  metadata.labels["sidecar.istio.io/inject"] = "true";
  const annotations = (metadata.annotations ??= {});
  annotations[PORTS] = [...new Set(ports)].toSorted((a, b) => a - b).join(",");
  annotations[IPS] = "";
  const config = readYaml(annotations["proxy.istio.io/config"] ?? "") ?? {};
  annotations["proxy.istio.io/config"] = {
    ...config,
    proxyMetadata: { ...config["proxyMetadata"], OUTPUT_CERTS: "/etc/istio-output-certs" },
  };
  annotations["sidecar.istio.io/userVolumeMount"] = mounted(
    JSON.parse(annotations["sidecar.istio.io/userVolumeMount"] ?? "[]"),
  );
  const container = spec.containers[0];
  container.volumeMounts ??= [];
  if (!container.volumeMounts.some((mount: Plain) => mount["name"] === "istio-certs")) {
    container.volumeMounts.push({ name: "istio-certs", mountPath: "/etc/prom-certs/", readOnly: true });
  }
  spec.volumes ??= [];
  const volume = spec.volumes.find((candidate: Plain) => candidate["name"] === "istio-certs");
  if (volume) volume.emptyDir = { medium: "Memory" };
  else spec.volumes.push({ name: "istio-certs", emptyDir: { medium: "Memory" } });
  return result;
}

function mounted(mounts: Plain | Plain[]): unknown {
  const ours = { name: "istio-certs", mountPath: "/etc/istio-output-certs" };
  if (!Array.isArray(mounts)) return { ...mounts, [ours.name]: { mountPath: ours.mountPath } };
  return [...mounts.filter((mount) => mount["name"] !== ours.name), ours];
}

/** Annotations that hold documents, as what they mean. */
export function meaning(agent: Plain, readYaml: (text: string) => Plain | null): Plain {
  const result = structuredClone(agent);
  const annotations = result["spec"].template.metadata.annotations;
  annotations["proxy.istio.io/config"] = readYaml(annotations["proxy.istio.io/config"]);
  annotations["sidecar.istio.io/userVolumeMount"] = JSON.parse(annotations["sidecar.istio.io/userVolumeMount"]);
  return result;
}
