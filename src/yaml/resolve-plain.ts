/**
 * The value of a plain scalar as the go-yaml that Kubernetes reads manifests with resolves it: YAML 1.1 with the words
 * `yes` and `off`, octal `0400` and `1_000`, but no base 60 (go.yaml.in/yaml/v2: resolve.go). Dates stay text, as they do
 * where the type is not known (decode.go). Numbers beyond 2^53 lose digits, as in every JSON reader of JavaScript.
 */
export function resolvePlain(text: string): string | number | boolean | null {
  const first = text.charCodeAt(0);
  // Signs, dots and digits start numbers, and one of the letters in yYnNtTfFoO a word.
  if (first === 0x2b || (first >= 0x2d && first <= 0x39 && first !== 0x2f)) return resolveNumber(text);
  return resolveWord(text);
}

function resolveWord(text: string): string | boolean | null {
  switch (text) {
    case "":
    case "~":
    case "null":
    case "Null":
    case "NULL":
      return null;
    case "true":
    case "True":
    case "TRUE":
    case "yes":
    case "Yes":
    case "YES":
    case "y":
    case "Y":
    case "on":
    case "On":
    case "ON":
      return true;
    case "false":
    case "False":
    case "FALSE":
    case "no":
    case "No":
    case "NO":
    case "n":
    case "N":
    case "off":
    case "Off":
    case "OFF":
      return false;
    default:
      return text;
  }
}

/** What `strconv.ParseInt(text, 0, 64)` takes besides decimal numbers; after `0b` go-yaml takes a sign as well. */
const OTHER_BASE = /^([-+]?)0(?:([xX])([\da-fA-F]+)|([bB])([01]+)|[oO]?([0-7]+))$/;
const BINARY_WITH_SIGN = /^0b([-+])([01]+)$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;

function resolveNumber(text: string): string | number {
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return Number.NaN;
  // What begins with a dot goes to `strconv.ParseFloat` as it is, which takes underscores between digits alone.
  if (text.startsWith(".") && /_(?!\d)|(?<!\d)_/.test(text)) return text;
  const digits = text.replaceAll("_", "").replace(BINARY_WITH_SIGN, "$10b$2");
  const value = resolveOtherBase(digits) ?? (FLOAT.test(digits) ? Number.parseFloat(digits) : text);
  return value === Infinity || value === -Infinity ? text : value;
}

function resolveOtherBase(digits: string): number | undefined {
  const [, sign, x, hexadecimal, b, binary, octal] = OTHER_BASE.exec(digits) ?? [];
  if (sign === undefined) return undefined;
  const value = BigInt(x ? `0x${hexadecimal}` : b ? `0b${binary}` : `0o${octal}`);
  // int64, and uint64 for what has no sign.
  const most = sign === "" ? 2n ** 64n - 1n : sign === "-" ? 2n ** 63n : 2n ** 63n - 1n;
  return value <= most ? Number(sign === "-" ? -value : value) : undefined;
}
