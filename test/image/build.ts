import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../folders.ts";
import { run } from "./engine.ts";
import type { Engine } from "./engine.ts";

const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "intercept-backends");

/**
 * Builds the project's Dockerfile and gives the name of the image. Its base images cannot be had without a registry, so
 * one stands in for all three: the machine's own Debian, made anew from its mirror, with the machine's Node and Go. Where
 * these fetch packages from is the machine's to say. Takes minutes.
 */
export function buildImage(engine: Engine): string {
  const base = standIn(engine);
  const image = "localhost/intercept-backends:test";
  const [modules, objects] = goEnv(engine, ["GOMODCACHE", "GOCACHE"]);
  const bases = ["NODE_IMAGE", "GO_IMAGE", "DEBIAN_IMAGE"].flatMap((name) => ["--build-arg", `${name}=${base}`]);
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  // What the machine has compiled already. It makes the build quick and nothing else.
  const caches = ["--volume", `${modules}:/go/pkg/mod`, "--volume", `${objects}:/root/.cache/go-build`];
  const how = ["--isolation", "chroot", "--layers=false"];
  run(engine, [
    "buildah",
    "bud",
    ...how,
    ...bases,
    "--build-arg",
    `VERSION=${version}`,
    ...caches,
    "--tag",
    image,
    root,
  ]);
  return image;
}

function standIn(engine: Engine): string {
  const folder = join(engine.folder, "base");
  mkdirSync(folder);
  run(engine, ["tar", "-C", folder, "-xf", debian(engine)]);
  const local = join(folder, "usr/local");
  const npm = dirname(dirname(realpathSync(text(run(engine, ["sh", "-c", "command -v npm"])))));
  cpSync(process.execPath, join(local, "bin/node"));
  cpSync(npm, join(local, "lib/node_modules/npm"), { recursive: true });
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(local, "bin/npm"));
  const [go = "", proxy, sums] = goEnv(engine, ["GOROOT", "GOPROXY", "GOSUMDB"]);
  cpSync(go, join(local, "go"), { recursive: true, verbatimSymlinks: true });
  const trusted = "/etc/ssl/certs/ca-certificates.crt";
  mkdirSync(join(folder, dirname(trusted)), { recursive: true });
  cpSync(trusted, join(folder, trusted));
  const env = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/go/bin",
    GOPATH: "/go",
    GOPROXY: proxy,
    GOSUMDB: sums,
    NPM_CONFIG_REGISTRY: text(run(engine, ["npm", "config", "get", "registry"])),
    NODE_EXTRA_CA_CERTS: trusted,
  };
  const name = "localhost/stand-in:test";
  const changes = Object.entries(env).flatMap(([key, value]) => ["--change", `ENV ${key}=${value}`]);
  const archive = `${folder}.tar`;
  run(engine, ["tar", "-C", folder, "-cf", archive, "."]);
  run(engine, ["podman", "import", ...changes, archive, name]);
  rmSync(folder, { recursive: true });
  rmSync(archive);
  return name;
}

/** The archive of a small Debian, of the machine's release and from its mirror; made once. */
function debian(engine: Engine): string {
  const release = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "";
  const archive = join(cache, `debootstrap-${release}.tar`);
  if (existsSync(archive)) return archive;
  const format = ["--format", "$(REPO_URI)", "Created-By: Packages", `Codename: ${release}`, "Component: main"];
  const [mirror] = text(run(engine, ["apt-get", "indextargets", ...format])).split("\n");
  if (!mirror) throw new Error(`apt knows no mirror of ${release}; run apt-get update`);
  const folder = join(engine.folder, "debootstrap");
  run(engine, ["debootstrap", "--variant=minbase", release, folder, mirror]);
  // Moved when it is whole, so that one that was cut short is not taken for a Debian.
  mkdirSync(cache, { recursive: true });
  run(engine, ["tar", "-C", folder, "--exclude=./var/cache/apt/archives/*.deb", "-cf", `${archive}.new`, "."]);
  renameSync(`${archive}.new`, archive);
  rmSync(folder, { recursive: true });
  return archive;
}

function goEnv(engine: Engine, names: readonly string[]): string[] {
  return text(run(engine, ["go", "env", ...names])).split("\n");
}

function text(output: Buffer): string {
  return output.toString().trim();
}
