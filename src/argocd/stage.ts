import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { problem, type Finding } from "../base/finding.ts";
import type { Environment } from "./operator.ts";
import type { GivenFile } from "./renderer-words.ts";
import { isInside, type Place, type Repository } from "./repository.ts";

/**
 * A folder of our own that a renderer is started in. It holds the files that were checked, under their paths in the
 * repository, as the bytes that were checked, so that what is checked is what is rendered; and nothing else.
 */
export class Stage {
  readonly #repository: Repository;
  readonly #folder: string;
  /** The files that were written, and links, by their real paths in the repository. */
  readonly #written = new Map<string, GivenFile | "link">();

  constructor(repository: Repository, env: Environment) {
    this.#repository = repository;
    this.#folder = realpathSync(mkdtempSync(join(env["TMPDIR"] || "/tmp", "intercept-backends-")));
  }

  /** Where a path of the repository is in the stage. */
  at(path: string): string {
    return join(this.#folder, relative(this.#repository.root, path));
  }

  /** Creates the folder at a real path of the repository, with nothing in it. */
  folder(real: string): void {
    mkdirSync(this.at(real), { recursive: true });
  }

  /** Writes the file at a real path of the repository. An error where it was written with other bytes before. */
  write(real: string, bytes: Uint8Array, name: string): Finding | undefined {
    const before = this.#written.get(real);
    if (typeof before === "object" && Buffer.from(bytes).equals(before.bytes)) return undefined;
    if (before) {
      const cause =
        "is used in two ways at once, as a file that kustomize takes orders from and as one that it does not";
      return problem(cause, "commit a copy for one of them", name);
    }
    this.#written.set(real, { name, bytes });
    this.folder(dirname(real));
    writeFileSync(this.at(real), bytes);
    return undefined;
  }

  /** Makes the links by which a path of the repository leads to a place in it. */
  link({ path, real, name }: Pick<Place, "path" | "real" | "name">): Finding | undefined {
    if (path === real) return undefined;
    if (!isInside(this.#repository.root, real)) {
      return problem(
        "a symbolic link that leads out of the repository and back",
        "commit a copy of what it needs",
        name,
      );
    }
    const above = realpathSync(dirname(path));
    const broken = this.link({ path: dirname(path), real: above, name });
    const here = join(above, basename(path));
    if (broken || here === real || this.#written.has(here)) return broken;
    this.#written.set(here, "link");
    this.folder(above);
    symlinkSync(relative(above, real) || ".", this.at(here));
    return undefined;
  }

  /** The files that were written. */
  files(): GivenFile[] {
    return [...this.#written.values()].filter((written) => written !== "link");
  }

  /** Removes the folder with all that is in it. */
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
