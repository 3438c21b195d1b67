import { EXCLUDE_INTERFACES, EXCLUDE_OUTBOUND_PORTS, PROXY_CONFIG } from "../istio/annotations.ts";
import { isTrue } from "../istio/interception-settings.ts";
import { annotationField, type Scene, type Trouble } from "./warning.ts";

/** What Istio passes over in the ProxyConfig, or changes on its way to the sidecar (istio: pkg/util/protomarshal, ApplyYAML). */
export function* ignoredProxyConfig({ agent }: Scene): Iterable<Trouble> {
  for (const cause of agent.proxyConfig.ignored) {
    yield {
      cause: `${cause}, and Istio says nothing of it`,
      remedy: "correct or remove it, or turn this warning off if your Istio is newer and knows it",
      field: annotationField(agent, PROXY_CONFIG),
    };
  }
}

const OTHER_GROUPS = "only processes of some groups have their traffic intercepted";
const NO_RULES = "no packet filter is set up";

/**
 * Variables that istio-init reads besides its arguments, which win: what of the agent's traffic is intercepted is then another
 * than the annotations say (istio: tools/istio-iptables/pkg/cmd/root.go and pkg/constants). The CNI plugin knows none of them.
 */
const VARIABLES: Readonly<Record<string, { effect: string; unlessAnnotated?: string; isSwitch?: true }>> = {
  ISTIO_OUTBOUND_OWNER_GROUPS: { effect: OTHER_GROUPS },
  ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE: { effect: OTHER_GROUPS },
  PROXY_GID: { effect: "processes of that group are taken for the sidecar itself" },
  ISTIO_LOCAL_OUTBOUND_PORTS_EXCLUDE: {
    effect: "these ports bypass the sidecar",
    unlessAnnotated: EXCLUDE_OUTBOUND_PORTS,
  },
  ISTIO_EXCLUDE_INTERFACES: { effect: "these interfaces bypass the sidecar", unlessAnnotated: EXCLUDE_INTERFACES },
  ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: { effect: "other addresses than 127.0.0.1 are taken for the pod itself" },
  SKIP_RULE_APPLY: { effect: NO_RULES, isSwitch: true },
  DRY_RUN: { effect: NO_RULES, isSwitch: true },
  CLEANUP_ONLY: { effect: NO_RULES, isSwitch: true },
};

/** A variable of proxyMetadata changes what is intercepted. */
export function* interceptionVariables({ agent, texts }: Scene): Iterable<Trouble> {
  for (const [name, { effect, unlessAnnotated, isSwitch }] of Object.entries(VARIABLES)) {
    const value = agent.proxyConfig.proxyMetadata[name];
    if (value === undefined || (isSwitch && !isTrue(value))) continue;
    if (unlessAnnotated !== undefined && texts[unlessAnnotated] !== undefined) continue;
    yield {
      cause: `proxyMetadata sets ${name}, with which istio-init works so that ${effect}, whatever the annotations say`,
      remedy: `remove ${name}, or turn this warning off if that is what is wanted`,
      field: annotationField(agent, PROXY_CONFIG),
    };
  }
}
