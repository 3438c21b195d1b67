/** `apiVersion` of the function config. */
export const apiVersion = "intercept-backends.dev/v1alpha1";

/** `kind` of the function config. */
export const kind = "InterceptBackends";
