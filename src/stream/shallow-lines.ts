import { shallowLinesWasm } from "./shallow-lines-wasm.ts";

const LF = 0x0a;
const SPACE = 0x20;

/** From this many bytes on it pays to compile the search, which takes about 2 ms. */
const LARGE = 4 * 1024 * 1024;

/** How many bytes of the input the compiled search sees at once; its memory holds them and a little more. */
const BLOCK = 128 * 1024;

/** The most columns for which the memory behind a block suffices; nobody indents that far. */
const MOST_COLUMNS = 1000;

/** What is read behind the end of a block: a vector of 16 bytes, and the columns of a line that begins there. */
const BEHIND = 16 + MOST_COLUMNS;

/**
 * The byte offset of the first line behind the line of an offset that is shallow, or the number of bytes where none is.
 */
export type NextShallow = (from: number) => number;

/**
 * Finds the lines that do not begin with so many spaces. It is what a large stream is read with, line by line, and by far
 * most lines of one are deep: a loop over them takes a quarter of the whole run, since the engine compiles it late and looks
 * at each line by itself. So a large input is searched by WebAssembly, 16 bytes at a time; where that is not to be had, as on a
 * processor without the instructions for it, by the loop.
 */
export function shallowLines(bytes: Uint8Array, columns: number): NextShallow {
  const isLarge = bytes.length >= LARGE && columns <= MOST_COLUMNS;
  return (isLarge ? byVectors(bytes, columns) : undefined) ?? byLines(bytes, columns);
}

/** The search as a loop over lines. */
export function byLines(bytes: Uint8Array, columns: number): NextShallow {
  return (from) => {
    for (let feed = bytes.indexOf(LF, from); feed !== -1; feed = bytes.indexOf(LF, feed + 1)) {
      for (let column = 1; column <= columns; column++) {
        if (bytes[feed + column] !== SPACE) return feed + 1;
      }
    }
    return bytes.length;
  };
}

/** The search by WebAssembly; undefined where it cannot be compiled. */
export function byVectors(bytes: Uint8Array, columns: number): NextShallow | undefined {
  const compiled = compile();
  if (compiled === undefined) return undefined;
  const { memory, search } = compiled;
  let start = 0;
  let end = 0;
  return (from) => {
    for (let at = from; at < bytes.length; at = end) {
      if (at < start || at >= end) {
        start = at;
        end = Math.min(start + BLOCK, bytes.length);
        memory.set(bytes.subarray(start, end + BEHIND));
        // What stands behind the end of the input is no space.
        if (end === bytes.length) memory.fill(0, end - start, end - start + BEHIND);
      }
      const feed = start + search(at - start, end - start, columns);
      if (feed < end) return feed + 1;
    }
    return bytes.length;
  };
}

/** What is needed of it here; the types of all of it come with a browser's library alone. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
  CompileError: ErrorConstructor;
};

interface Compiled {
  memory: Uint8Array;
  search: (at: number, end: number, columns: number) => number;
}

function compile(): Compiled | undefined {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(shallowLinesWasm, "base64")));
    const { memory, search } = exports as { memory: { buffer: ArrayBuffer }; search: Compiled["search"] };
    return { memory: new Uint8Array(memory.buffer), search };
  } catch (error) {
    // Without vectors in the processor the module is refused; without a compiler at all there is no WebAssembly.
    if (error instanceof ReferenceError || error instanceof WebAssembly.CompileError) return undefined;
    throw error;
  }
}
