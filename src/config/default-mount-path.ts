/** Where the container finds the certificates if it does not mount the volume yet and `certificates.mountPath` is absent. */
export const defaultMountPath = "/etc/prom-certs/";
