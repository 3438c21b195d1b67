import * as fc from "fast-check";
import { expect, test } from "vitest";
import { realStreams } from "./bases.ts";
import { judge } from "./judge.ts";
import type { Difference } from "./judge.ts";
import { bytesOf, mutatedStream, textOf } from "./mutate.ts";
import type { Mutated } from "./mutate.ts";
import { buildOracle, startOracle } from "./oracle.ts";
import type { Oracle } from "./oracle.ts";
import { readOurs } from "./ours.ts";
import { shrinkMutations, shrinkText } from "./shrink.ts";

// `npm run test:engine` repeats on another engine what depends on it least.
const runs = Number(process.env["PROPERTY_RUNS"] ?? (process.env["TEST_ENGINE"] ? 2000 : 20_000));
const seed = fc.readConfigureGlobal().seed ?? Date.now() % 2 ** 31;

/** So many questions are on their way at once. */
const WINDOW = 32;

/** So many streams at fault are kept, and so many kinds of faults are shown. */
const KEPT = 1000;
const SHOWN = Number(process.env["PROPERTY_SHOWN"] ?? 10);

interface Fault {
  stream: Mutated;
  difference: Difference;
}

test("what Go reads we read, and what we write Go reads as intended", { timeout: 24 * 3_600_000 }, async ({ skip }) => {
  const built = await buildOracle();
  if ("missing" in built) {
    if (process.env["REQUIRE_HOSTS"] === "1") expect.unreachable(`the Go oracle cannot be had: ${built.missing}`);
    console.warn(`MISSING HOST: the Go oracle; install Go: ${built.missing}\n  not run: what Go reads we read`);
    skip();
    return;
  }
  const oracle = startOracle(built.program);
  try {
    const faults = await findFaults(oracle);
    expect(faults, await report(oracle, faults)).toHaveLength(0);
  } finally {
    oracle.stop();
  }
});

async function findFaults(oracle: Oracle): Promise<Fault[]> {
  // An error in the base would hide whatever a mutation does.
  const bases = realStreams().filter(({ form, text }) => readOurs(form, Buffer.from(text)).errors.length === 0);
  const faults: Fault[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < runs && faults.length < KEPT) {
      const stream = mutatedStream(bases, seed, next++);
      try {
        const difference = await judge(oracle, stream.form, bytesOf(textOf(stream)));
        if (difference) faults.push({ stream, difference });
      } catch (error) {
        throw new Error(`PROPERTY_SEED=${seed}, index ${stream.index} cannot be judged`, { cause: error });
      }
    }
  };
  await Promise.all(Array.from({ length: WINDOW }, work));
  return faults;
}

/** Each kind of fault by what had to be mutated for it, the most frequent first, with its smallest text. */
async function report(oracle: Oracle, faults: readonly Fault[]): Promise<string> {
  const kinds = new Map<string, Fault[]>();
  for (const { stream, difference } of faults) {
    const mutations = await shrinkMutations(stream, failsAs(oracle, stream, difference));
    const names = mutations.map(({ name }) => name).join(", ");
    const name = `${difference.kind} (${stream.form}; ${names || "as it is"})`;
    kinds.set(name, [...(kinds.get(name) ?? []), { stream: { ...stream, mutations }, difference }]);
  }
  const ordered = [...kinds].toSorted(([, one], [, two]) => two.length - one.length);
  const shown: string[] = [];
  for (const [name, [first, ...others]] of ordered.slice(0, SHOWN)) {
    if (first) shown.push(`${others.length + 1} x ${name}`, await reportOf(oracle, first));
  }
  return [`${faults.length} of ${runs} streams, ${kinds.size} kinds of faults`, ...shown].join("\n");
}

async function reportOf(oracle: Oracle, { stream, difference }: Fault): Promise<string> {
  const text = await shrinkText(textOf(stream), failsAs(oracle, stream, difference));
  const { go, ours } = (await judge(oracle, stream.form, bytesOf(text))) ?? difference;
  return [
    `PROPERTY_SEED=${stream.seed}, index ${stream.index}, from ${stream.base.name}:`,
    JSON.stringify(text),
    text,
    `Go: ${JSON.stringify(go)}`,
    `ours: ${JSON.stringify(ours)}`,
    "",
  ].join("\n");
}

function failsAs(
  oracle: Oracle,
  { form }: Pick<Mutated, "form">,
  { kind }: Difference,
): (text: string) => Promise<boolean> {
  return async (text) => (await judge(oracle, form, bytesOf(text)))?.kind === kind;
}
