/** Constants for code that needs nothing else of the function config. */

/** `apiVersion` of the function config. */
export const apiVersion = "intercept-backends.dev/v1alpha1";

/** `kind` of the function config. */
export const kind = "InterceptBackends";

/** Where the container finds the certificates if it does not mount the volume yet and `certificates.mountPath` is absent. */
export const defaultMountPath = "/etc/prom-certs/";

/** Name of the metric agent of Kyma's operator (telemetry-manager: internal/resources/names). */
export const stockAgent = "telemetry-metric-agent";

/** Name of the volume of the certificates where nothing is there yet and `certificates.volumeName` is absent. */
export const defaultVolumeName = "istio-certs";

/** Where the sidecar writes the certificates if nothing says so yet and `certificates.outputPath` is absent. */
export const defaultOutputPath = "/etc/istio-output-certs";
