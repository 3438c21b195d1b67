import { toLine } from "../stream/result.ts";

/** A call that cannot be carried out as it was typed. */
export class UsageError extends Error {
  /** What the words "see intercept-backends --help" say before the last one. */
  readonly command: string;

  constructor(message: string, command?: string) {
    super(message);
    this.command = command === undefined ? "" : `${command} `;
  }
}

/** A file or stream that cannot be read or written, `problem` being `cause; remedy`. */
export class FileError extends Error {
  constructor(path: string, problem: string) {
    super(toLine({ severity: "error", cause: problem }, path));
  }
}

const PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: "permission denied; let the user of this process read it, and write it where it is to change",
  EBADF: "is not open; open it, or name a file",
  EISDIR: "is a folder; name a file in it",
  ELOOP: "its symbolic links lead in a circle; correct them",
  ENAMETOOLONG: "the path is too long; shorten it",
  ENOENT: "there is no such file, or a symbolic link to none; check the path, or see intercept-backends --help",
  ENOSPC: "no space is left; free some, and run it again",
  EROFS: "is on a file system that cannot be written; choose another place",
  ENOTDIR: "a part of the path is a file, not a folder; check the path",
};

/** An error of the operating system as a FileError; any other one, and that of a pipe whose reader is gone, as it is. */
export function asFileError(error: unknown, path?: string): unknown {
  const { code = "", errno, path: own = "a file" } = (error ?? {}) as NodeJS.ErrnoException;
  if (typeof errno !== "number" || code === "EPIPE") return error;
  return new FileError(path ?? own, PROBLEMS[code] ?? `fails with ${code}; check the path and the disk`);
}

/** Carries out something with a file or stream; throws FileError where the operating system refuses. */
export function withFile<Result>(path: string, attempt: () => Result): Result {
  try {
    return attempt();
  } catch (error) {
    throw asFileError(error, path);
  }
}
