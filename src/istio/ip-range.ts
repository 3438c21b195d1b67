/** An IPv4 or IPv6 address as a number. */
export interface IpAddress {
  family: 4 | 6;
  value: bigint;
}

/** Addresses that share their first bits, as CIDR writes them. */
export interface IpRange extends IpAddress {
  /** How many of the first bits count. */
  bits: number;
  /** As it was written. */
  text: string;
}

/**
 * The address that a text means, without brackets, zone or port; undefined for anything else. An IPv4 address in IPv6
 * form (`::ffff:10.0.0.1`) is the IPv4 address that a socket then dials (RFC 4291, 2.5.5.2).
 */
export function readAddress(text: string): IpAddress | undefined {
  const v4 = text.includes(":") ? undefined : readV4(text);
  if (v4 !== undefined) return { family: 4, value: v4 };
  const v6 = readV6(text);
  if (v6 === undefined) return undefined;
  return v6 >> 32n === 0xffffn ? { family: 4, value: v6 & 0xffffffffn } : { family: 6, value: v6 };
}

/** The range that a text means; undefined when it is none, a bare address among them (Go: netip.ParsePrefix). */
export function readRange(text: string): IpRange | undefined {
  const [, base = "", bits = ""] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const v4 = base.includes(":") ? undefined : readV4(base);
  if (v4 !== undefined) return Number(bits) <= 32 ? { family: 4, value: v4, bits: Number(bits), text } : undefined;
  const v6 = readV6(base);
  return v6 !== undefined && Number(bits) <= 128 ? { family: 6, value: v6, bits: Number(bits), text } : undefined;
}

/** True when the address lies in the range; bits of the range's own address behind its length do not count. */
export function isInRange(address: IpAddress, range: IpRange): boolean {
  if (address.family !== range.family) return false;
  const free = BigInt((range.family === 4 ? 32 : 128) - range.bits);
  return address.value >> free === range.value >> free;
}

/** True for 127.0.0.0/8 and ::1 (Go: netip.Addr.IsLoopback). */
export function isLoopback({ family, value }: IpAddress): boolean {
  return family === 4 ? value >> 24n === 127n : value === 1n;
}

function readV4(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function readV6(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, at) => (half === "" ? [] : groups(half, at === halves.length - 1)));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array.from({ length: missing }, () => 0n), ...(tail ?? [])];
  return all.reduce((value, group) => (value << 16n) | group, 0n);
}

/** Groups of 16 bits; an IPv4 address at the end of all is two of them. */
function groups(half: string, isLast: boolean): bigint[] | undefined {
  const values: bigint[] = [];
  const parts = half.split(":");
  for (const [position, part] of parts.entries()) {
    const v4 = isLast && position === parts.length - 1 ? readV4(part) : undefined;
    if (v4 !== undefined) values.push(v4 >> 16n, v4 & 0xffffn);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) values.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return values;
}
