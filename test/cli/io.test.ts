import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readAll } from "../../src/cli/io.ts";
import { freshFolder } from "../folders.ts";

const folder = freshFolder();
const file = join(folder, "file");

/** Bytes that no two places share for long, so that a piece in the wrong place shows. */
function content(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
  return bytes;
}

function readFrom(path: string): Buffer {
  const descriptor = openSync(path, "r");
  try {
    return Buffer.from(readAll(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

/** What is read from a pipe that a shell command writes into. */
function readPiped(command: string): Buffer {
  const pipe = join(folder, "pipe");
  execFileSync("sh", ["-c", `mkfifo ${pipe}`]);
  try {
    spawn("sh", ["-c", `${command} > ${pipe}`], { cwd: folder, stdio: "ignore" });
    return readFrom(pipe);
  } finally {
    rmSync(pipe);
  }
}

const KIB = 1024;
const MIB = 1024 * KIB;

// Around each size at which memory for a pipe is got anew.
describe.each([0, 1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1])("%d bytes", (size) => {
  test("come from a file and from a pipe as they are", () => {
    const bytes = content(size);
    writeFileSync(file, bytes);
    expect(readFrom(file).equals(bytes)).toBe(true);
    expect(readPiped("cat file").equals(bytes)).toBe(true);
  });
});

test("a pipe that pauses is read to its end", () => {
  const bytes = content(200 * KIB);
  writeFileSync(file, bytes);
  const slow = "{ head -c 70000 file; sleep 0.1; tail -c +70001 file; }";
  expect(readPiped(slow).equals(bytes)).toBe(true);
});
