import { existsSync } from "node:fs";
import { runChild } from "./run-child.ts";

/** util-linux: starts a program in namespaces of its own, and needs no rights where the kernel lets users make some. */
const UNSHARE = "/usr/bin/unshare";

type Child = Parameters<typeof runChild>[0];
type Ended = Awaited<ReturnType<typeof runChild>>;

/**
 * Runs a program in a network namespace of its own, in which not even loopback is up, unless it may use the network. Where
 * the kernel refuses that, or util-linux is missing, it runs without, and `isShared` is true.
 */
export async function runAlone(network: boolean, child: Child): Promise<{ ran: Ended; isShared: boolean }> {
  if (network) return { ran: await runChild(child), isShared: false };
  if (existsSync(UNSHARE)) {
    const args = ["--user", "--map-current-user", "--net", "--", child.file, ...child.args];
    const ran = await runChild({ ...child, file: UNSHARE, args });
    // It says so before it starts anything, and no renderer begins what it says with this.
    if (ran.how !== "exit" || ran.status === 0 || !ran.stderr.startsWith("unshare: ")) return { ran, isShared: false };
  }
  return { ran: await runChild(child), isShared: true };
}
