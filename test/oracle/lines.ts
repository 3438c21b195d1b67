import type { Random } from "./random.ts";

/** One change of a text, which leaves it as it is where it does not fit. */
export type Mutation = (text: string, random: Random) => string;

/** A line that writes one pair of a block map. */
interface Pair {
  /** What stands before the key: blanks and dashes. */
  lead: string;
  /** As many blanks. */
  margin: string;
  key: string;
  value: string;
}

const PAIR = /^(\s*(?:- +)*)([\w./-]+|"[^"]*"|'[^']*'):(?: +([^]*?))?(\r?)$/;

/** Keys that decide what a resource is and what becomes of it. */
const WEIGHTY =
  /^(?:kind|apiVersion|name|namespace|metadata|spec|items|value|endpoint|enabled|input|output|otlp|data|stringData|template|annotations|labels|containers|volumes)$/;

function pairOf(line: string): Pair | undefined {
  const [, lead, key, value = ""] = PAIR.exec(line) ?? [];
  if (lead === undefined || key === undefined) return undefined;
  return { lead, margin: " ".repeat(lead.length), key, value };
}

function pairsOf(lines: readonly string[]): { pair: Pair; at: number }[] {
  return lines.flatMap((line, at) => {
    const pair = pairOf(line);
    return pair === undefined ? [] : [{ pair, at }];
  });
}

/** True for one plain word, which can be written in other ways. */
export function isPlain(value: string): boolean {
  return /^[\w/]/.test(value) && !value.includes(" #") && !value.includes(": ");
}

/** Writes one line of the text in another way; undefined says that the pair does not fit. */
export function onPair(write: (pair: Pair, random: Random) => string | undefined): Mutation {
  return (text, random) => {
    const lines = text.split("\n");
    const pairs = pairsOf(lines);
    const weighty = pairs.filter(({ pair }) => WEIGHTY.test(pair.key));
    for (let tries = 0; tries < 8; tries++) {
      const chosen = random.pickAny(random.below(4) === 0 ? pairs : weighty);
      const written = chosen && write(chosen.pair, random);
      if (chosen === undefined || written === undefined) continue;
      const end = lines[chosen.at]?.endsWith("\r") ? "\r" : "";
      return lines.toSpliced(chosen.at, 1, ...written.split("\n").map((line) => line + end)).join("\n");
    }
    return text;
  };
}

/** The same for a pair whose value is one plain word on its line. */
export function onScalar(write: (pair: Pair, random: Random) => string): Mutation {
  return onPair((pair, random) => (isPlain(pair.value) ? write(pair, random) : undefined));
}

/** The same for a pair whose key alone is written in another way. */
export function onKey(write: (key: string, random: Random) => string): Mutation {
  return onPair(({ lead, key, value }, random) => `${lead}${write(key, random)}: ${value}`.trimEnd());
}

/** Writes two lines whose pairs fit to each other, the first of which comes first. */
export function twoPairs(
  fits: (first: Pair, second: Pair) => boolean,
  writeFirst: (first: Pair) => string,
  writeSecond: (second: Pair) => string,
): Mutation {
  return (text, random) => {
    const lines = text.split("\n");
    const pairs = pairsOf(lines);
    for (let tries = 0; tries < 20; tries++) {
      const second = random.pickAny(random.below(2) === 0 ? pairs : pairs.filter(({ pair }) => WEIGHTY.test(pair.key)));
      if (second === undefined) return text;
      const first = random.pickAny(pairs.filter(({ pair, at }) => at < second.at && fits(pair, second.pair)));
      if (first === undefined) continue;
      return lines.with(first.at, writeFirst(first.pair)).with(second.at, writeSecond(second.pair)).join("\n");
    }
    return text;
  };
}

/** Writes any line as other lines. */
export function onLine(write: (line: string, random: Random) => string[]): Mutation {
  return (text, random) => {
    const lines = text.split("\n");
    const at = random.below(lines.length);
    return lines.toSpliced(at, 1, ...write(lines[at] ?? "", random)).join("\n");
  };
}

/** Puts a line in anywhere. */
export function insertLine(text: string, random: Random, line: string): string {
  const lines = text.split("\n");
  return lines.toSpliced(random.below(lines.length), 0, line).join("\n");
}
