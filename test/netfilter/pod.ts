import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** iproute2. */
const IP = "ip";

/** A connection to be opened for real. */
export interface Call {
  protocol: "tcp" | "udp";
  address: string;
  port: number;
  source?: string;
  uid: number;
  gid: number;
}

/** Addresses of the pod itself, all reached over `lo`; 127.0.0.5 is loopback but not localhost. */
export const OWN = ["10.1.0.2", "127.0.0.1", "127.0.0.5", "fd00:1::2", "::1"] as const;

/** Addresses elsewhere, by the interface that leads there. */
export const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  eth0: ["10.1.0.10", "10.1.0.77", "10.96.0.1", "10.96.7.7", "fd00:1::10", "fd00:96::1"],
  net1: ["10.2.0.10", "fd00:2::10"],
};

/** The interface that leads to an address. */
export function interfaceOf(target: string): string {
  return Object.entries(ELSEWHERE).find(([, addresses]) => addresses.includes(target))?.[0] ?? "lo";
}

/** Ports that something listens on at every address. */
export const PORTS = [53, 80, 443, 4317, 8080, 8081, 8888, 9090, 10250, 15008, 15014, 15020, 15090] as const;

/** Identities that connections are opened as: an ordinary one, the sidecar's, and each half of it. */
export const OWNERS = [
  { uid: 10001, gid: 10001 },
  { uid: 1337, gid: 1337 },
  { uid: 1337, gid: 10001 },
  { uid: 10001, gid: 1337 },
] as const;

/**
 * Two network namespaces that only know each other: a pod with two interfaces, with the sidecar's listeners and an
 * application, and the rest of the world. Nothing that is sent in them leaves them.
 */
export class Pod {
  readonly #pod = `ib-pod-${randomBytes(4).toString("hex")}`;
  readonly #world = `ib-world-${randomBytes(4).toString("hex")}`;
  readonly #helpers: ChildProcess[] = [];
  readonly #callers = new Map<string, Caller>();
  #calls = 0;

  /** Makes the namespaces and starts all listeners and callers; `close` must be called even if this throws. */
  async open(): Promise<void> {
    for (const name of [this.#pod, this.#world]) {
      run([IP, "netns", "add", name]);
      run([IP, "-n", name, "link", "set", "lo", "up"]);
    }
    for (const [link, subnet] of [
      ["eth0", 1],
      ["net1", 2],
    ] as const) {
      run([IP, "-n", this.#pod, "link", "add", link, "type", "veth", "peer", "name", link, "netns", this.#world]);
      address(this.#pod, link, `10.${subnet}.0.2/24`, `fd00:${subnet}::2/64`);
      address(this.#world, link, `10.${subnet}.0.1/24`, `fd00:${subnet}::1/64`);
      for (const name of [this.#pod, this.#world]) run([IP, "-n", name, "link", "set", link, "up"]);
      address(this.#world, link, ...(ELSEWHERE[link] ?? []));
    }
    run([IP, "-n", this.#pod, "route", "add", "default", "via", "10.1.0.1"]);
    run([IP, "-n", this.#pod, "-6", "route", "add", "default", "via", "fd00:1::1"]);
    // Where TPROXY sends what it has marked (istio: tools/common/tproxy/run_linux.go).
    for (const family of ["-4", "-6"]) {
      run([IP, "-n", this.#pod, family, "rule", "add", "fwmark", "1337", "lookup", "133"]);
      run([IP, "-n", this.#pod, family, "route", "add", "local", "default", "dev", "lo", "table", "133"]);
    }
    const ports = PORTS.join(",");
    await Promise.all([
      this.#listen(this.#world, 0, at("destination", Object.values(ELSEWHERE).flat(), ports)),
      this.#listen(this.#pod, 0, at("destination", OWN, ports)),
      // The packet filter knows the sidecar's own datagrams by who sends them.
      this.#listen(this.#pod, 1337, [
        ...at("sidecar", ["127.0.0.1", "::1"], "15001"),
        ...at("sidecar-inbound", OWN, "15006"),
        ...at("sidecar-dns", ["127.0.0.1", "::1"], "15053"),
      ]),
    ]);
    for (const { uid, gid } of OWNERS) {
      const helper = this.#start(this.#pod, script("call.mjs"), [String(uid), String(gid)]);
      this.#callers.set(`${uid}:${gid}`, new Caller(helper));
    }
  }

  /** Runs a command in the pod's namespace, for example one that loads rules; throws when it fails. */
  load(command: readonly string[], input: string): void {
    run([IP, "netns", "exec", this.#pod, ...command], input);
  }

  /** Opens the connections, all at once, and says for each who answered. */
  async who(calls: readonly Call[]): Promise<string[]> {
    const answers: string[] = [];
    await Promise.all(
      [...this.#callers].map(async ([owner, caller]) => {
        const places = [...calls.keys()].filter((place) => ownerOf(calls[place]) === owner);
        if (places.length === 0) return;
        // A source port that was just in use could meet what the packet filter still remembers of it.
        const numbered = places.map((place) => ({ ...calls[place], sourcePort: 20_000 + (this.#calls++ % 12_000) }));
        const words = await caller.call(numbered);
        places.forEach((place, position) => (answers[place] = words[position] ?? "nobody"));
      }),
    );
    return answers;
  }

  /** Ends what was started here, and only that. */
  close(): void {
    for (const helper of this.#helpers) helper.kill();
    for (const name of [this.#pod, this.#world]) spawnSync(IP, ["netns", "delete", name]);
  }

  async #listen(namespace: string, id: number, places: readonly string[]): Promise<void> {
    const helper = this.#start(namespace, script("listen.mjs"), [String(id), ...places]);
    if ((await new Caller(helper).line()) !== "ready") throw new Error("the listeners do not come up");
  }

  #start(namespace: string, file: string, args: readonly string[]): ChildProcess {
    const command = ["netns", "exec", namespace, process.execPath, file, ...args];
    const started = spawn(IP, command, { stdio: ["pipe", "pipe", "inherit"] });
    this.#helpers.push(started);
    return started;
  }
}

/** A helper program that answers each line with a line. */
class Caller {
  readonly #helper: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(helper: ChildProcess) {
    if (!helper.stdout) throw new Error("the helper has a standard output");
    this.#helper = helper;
    this.#lines = createInterface({ input: helper.stdout })[Symbol.asyncIterator]();
  }

  async call(calls: readonly unknown[]): Promise<string[]> {
    this.#helper.stdin?.write(`${JSON.stringify(calls)}\n`);
    return JSON.parse(await this.line()) as string[];
  }

  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error("a helper in the namespace has ended");
    return next.value;
  }
}

/** What is missing for a pod and a packet filter; undefined when all is there. */
export function missing(commands: readonly (readonly string[])[]): string | undefined {
  if (process.getuid?.() !== 0) return "namespaces need root";
  const name = `ib-probe-${randomBytes(4).toString("hex")}`;
  const made = spawnSync(IP, ["netns", "add", name], { encoding: "utf8" });
  if (made.status !== 0) return `network namespaces cannot be made (${made.error?.message ?? made.stderr.trim()})`;
  try {
    for (const command of commands) {
      const ran = spawnSync(IP, ["netns", "exec", name, ...command], { encoding: "utf8" });
      if (ran.status !== 0) return `${command.join(" ")} fails (${ran.stderr.trim()})`;
    }
    return undefined;
  } finally {
    spawnSync(IP, ["netns", "delete", name]);
  }
}

function at(word: string, addresses: readonly string[], ports: string): string[] {
  return addresses.map((each) => `${word}=${each}@${ports}`);
}

function ownerOf(call: Call | undefined): string {
  return call === undefined ? "" : `${call.uid}:${call.gid}`;
}

function address(namespace: string, link: string, ...addresses: string[]): void {
  for (const each of addresses) {
    run([IP, "-n", namespace, "address", "add", each, "dev", link, ...(each.includes(":") ? ["nodad"] : [])]);
  }
}

function run([command = "", ...args]: readonly string[], input = ""): void {
  const ran = spawnSync(command, args, { input, encoding: "utf8" });
  if (ran.error) throw ran.error;
  if (ran.status !== 0) throw new Error(`${command} ${args.join(" ")}: ${ran.stderr}\n${input}`);
}

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
