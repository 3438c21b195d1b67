// What any program of this runtime has to do: read standard input, write it out. The floor for everything else.
import { readSync, writeSync } from "node:fs";

const chunk = Buffer.allocUnsafe(64 * 1024);
for (;;) {
  const length = readSync(0, chunk, 0, chunk.length, null);
  if (length === 0) break;
  for (let done = 0; done < length;) done += writeSync(1, chunk, done, length - done);
}
