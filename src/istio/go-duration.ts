const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  "\u00b5s": 1e3,
  "\u03bcs": 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Nanoseconds as Go's time.ParseDuration reads them (`1m30s`, `-0.5h`, `0`); undefined for anything that it refuses. */
export function readDuration(text: string): number | undefined {
  const sign = text.startsWith("-") ? -1 : 1;
  const rest = /^[-+]/.test(text) ? text.slice(1) : text;
  if (rest === "0") return 0;
  const part = /(\d*)(?:\.(\d*))?([^\d.]+)/y;
  let sum = 0;
  for (let at = 0; at < rest.length || at === 0; at = part.lastIndex) {
    part.lastIndex = at;
    const [, whole = "", fraction = "", unit = ""] = part.exec(rest) ?? [];
    const nanoseconds = NANOSECONDS[unit];
    if (nanoseconds === undefined || whole + fraction === "") return undefined;
    sum += Number(whole) * nanoseconds + Math.trunc(Number(`0.${fraction}0`) * nanoseconds);
  }
  return sum < 2 ** 63 ? sign * sum : undefined;
}
