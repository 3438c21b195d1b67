/** True for what Kubernetes reads as a quantity, a suffix or sign alone among it (k8s.io/apimachinery/pkg/api/resource, ParseQuantity). */
export function isQuantity(text: string): boolean {
  return text !== "" && /^[+-]?\d*\.?\d*(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(text);
}
