/**
 * The ports that an annotation lists, or undefined when it is not a list of ports: comma-separated, 1 to 65535, blanks
 * around them allowed; "" is the empty list. Ranges and `*` are no ports (istio: pkg/kube/inject/validate.go).
 */
export function readPortList(text: string): number[] | undefined {
  if (text.trim() === "") return [];
  const ports: number[] = [];
  for (const item of text.split(",")) {
    if (!/^[ \t]*\d{1,5}[ \t]*$/.test(item)) return undefined;
    const port = Number(item);
    if (port < 1 || port > 65535) return undefined;
    ports.push(port);
  }
  return ports;
}

/**
 * Ports as `includeOutboundPorts` needs them: by number, each once, no blanks, since the text goes into a packet-filter
 * command as it is (istio: tools/istio-iptables).
 */
export function writePortList(ports: Iterable<number>): string {
  return [...new Set(ports)].toSorted((a, b) => a - b).join(",");
}
