import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../folders.ts";
import { agent, CONFIG_MAP, pipeline, portsIn, SECRET, SECRET_VALUE } from "./manifests.ts";
import {
  expectRefusal,
  helm,
  kustomize,
  plugin,
  processesWith,
  repository,
  startOf,
  until,
  withHelm,
} from "./plugin.ts";

const fine = { "app/agent.yaml": agent(), "app/pipeline.yaml": pipeline() };
const kustomized = {
  ...fine,
  "app/kustomization.yaml": "resources: [agent.yaml, pipeline.yaml]\n",
};
const latin1 = (app: string, name: string): Buffer => Buffer.from(join(app, name), "latin1");
const recurse = { parameters: [{ name: "directory.recurse", string: "true" }] };
const chart = {
  "app/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
  "app/templates/agent.yaml": agent(),
  "app/templates/pipeline.yaml": pipeline(),
};

/** The application's folder of a repository in which a kustomization says more than it should. */
function kustomization(text: string, files: Readonly<Record<string, string>> = {}): string {
  return join(repository({ ...kustomized, "app/kustomization.yaml": text, ...files }), "app");
}

/** The same with the configuration of a built-in transformer. */
function transformer(kind: string, rest: string): string {
  const text = `apiVersion: builtin\nkind: ${kind}\nmetadata: {name: p}\n${rest}\n`;
  return kustomization("transformers: [p.yaml]\n", { "app/p.yaml": text });
}

describe("links and paths out of the repository", () => {
  test("a link to a file of the system", () => {
    const app = join(repository(fine), "app");
    symlinkSync("/etc/passwd", join(app, "users.yaml"));
    expectRefusal(
      plugin(app),
      "users.yaml: a symbolic link that leads out of the repository; commit a copy of what is needed there",
    );
  });

  test("a link to a folder of the system, and to another repository beside this one", () => {
    for (const target of ["/etc", repository({ "secret.yaml": SECRET })]) {
      const app = join(repository(fine), "app");
      symlinkSync(target, join(app, "more"));
      expectRefusal(plugin(app, recurse), /^more: a symbolic link that leads out of the repository; /);
    }
  });

  test("a link to a folder above itself, which would have no end", () => {
    const app = join(repository(fine), "app");
    symlinkSync("..", join(app, "again"));
    expectRefusal(plugin(app, recurse), "again: a symbolic link that leads back to a folder above it; remove it");
  });

  test("a link to itself, and one to nothing", () => {
    const app = join(repository(fine), "app");
    symlinkSync("loop.yaml", join(app, "loop.yaml"));
    expectRefusal(plugin(app), /^loop\.yaml: a symbolic link that leads nowhere \(ELOOP\); /);
    renameSync(join(app, "loop.yaml"), join(app, "gone.yaml"));
    expectRefusal(plugin(app), /^gone\.yaml: a symbolic link that leads nowhere \(ENOENT\); /);
  });

  test("links inside of the repository are followed", () => {
    const app = join(repository({ "app/agent.yaml": agent(), "shared/pipeline.yaml": pipeline() }), "app");
    symlinkSync("../shared", join(app, "shared"));
    expect(portsIn(plugin(app, recurse).stdout)).toEqual(["4317"]);
  });

  test("the repository ends where Argo CD says, whatever lies around it", () => {
    const around = repository({ ...fine, "secret.yaml": SECRET });
    symlinkSync("../secret.yaml", join(around, "app/secret.yaml"));
    expect(plugin(join(around, "app")).status).toBe(0);
    // In the folder itself, and under a path that is not the folder's, nothing above it belongs to the repository.
    for (const path of [".", "apps/other", "../app", "app/../app"]) {
      const ran = plugin(join(around, "app"), { env: { ARGOCD_APP_SOURCE_PATH: path } });
      expectRefusal(ran, /^secret\.yaml: a symbolic link that leads out of the repository; /);
    }
  });

  test("a kustomization's bases, files, patches and generators outside of it", () => {
    const outside = repository({ "kustomization.yaml": "resources: [secret.yaml]\n", "secret.yaml": SECRET });
    const up = `../../${outside.split("/").at(-1)}`;
    const cases: Record<string, string> = {
      resources: `resources: [${up}]`,
      "resources ": `resources: [${outside}/secret.yaml]`,
      bases: `bases: [${up}]`,
      components: `components: [${up}]`,
      "patches.path": `patches: [{path: ${up}/secret.yaml}]`,
      patchesStrategicMerge: `patchesStrategicMerge: [${up}/secret.yaml]`,
      "configMapGenerator.files": "configMapGenerator: [{name: x, files: [users=/etc/passwd]}]",
      "secretGenerator.envs": "secretGenerator: [{name: x, envs: [/etc/environment]}]",
      "openapi.path": `openapi: {path: ${up}/secret.yaml}`,
      transformers: `transformers: [${up}]`,
      configurations: `configurations: [${up}/secret.yaml]`,
      "replacements.path": `replacements: [{path: ${up}/secret.yaml}]`,
      crds: `crds: [${up}/secret.yaml]`,
    };
    for (const [field, text] of Object.entries(cases)) {
      const ran = plugin(kustomization(`${text}\n`), { env: { INTERCEPT_BACKENDS_KUSTOMIZE: "/bin/false" } });
      expectRefusal(ran, /^kustomization\.yaml: .*: lies outside of the repository; commit a copy/);
      expect(ran.said[0]).toContain(`kustomization.yaml: ${field.trim()} `);
    }
  });

  test("the same two bases further down", () => {
    const app = kustomization("resources: [../base]\n", { "base/kustomization.yaml": "resources: [/etc]\n" });
    expectRefusal(plugin(app), /^\.\.\/base\/kustomization\.yaml: resources "\/etc": lies outside of the repository; /);
  });

  test("a file that a kustomization reaches through a link", () => {
    const app = kustomization("resources: [users.yaml]\n");
    symlinkSync("/etc/passwd", join(app, "users.yaml"));
    expectRefusal(plugin(app), /^kustomization\.yaml: resources "users\.yaml": a symbolic link that leads out/);
  });
});

describe("what a kustomization may not ask for", () => {
  const refused = { INTERCEPT_BACKENDS_KUSTOMIZE: "/bin/false" };

  test("remote bases and files, in every spelling", () => {
    for (const text of [
      "resources: ['https://example.invalid/base?ref=v1']",
      "resources: ['https://user:token@example.invalid/agent.yaml']",
      "resources: ['git@example.invalid:org/repo.git']",
      "resources: [github.com/example/repo//base]",
      "bases: ['ssh://example.invalid/repo']",
      "components: ['file:///etc']",
      "patches: [{path: 'http://127.0.0.1:1/patch.yaml'}]",
      "configMapGenerator: [{name: x, files: ['http://127.0.0.1:1/latest']}]",
      "configMapGenerator: [{name: x, files: ['key=http://127.0.0.1:1/latest']}]",
      "transformers: ['https://example.invalid/transformers']",
    ]) {
      const ran = plugin(kustomization(`${text}\n`), { env: refused });
      expectRefusal(ran, /remote ones are not allowed; .*INTERCEPT_BACKENDS_ALLOW_REMOTE_BASES=true$/);
      expect(ran.said[0]).not.toContain("token");
    }
  });

  test("a remote file in the configuration of a built-in transformer, in one document of several or in place", () => {
    const patch =
      "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: p}\npath: http://127.0.0.1:1/patch.yaml\n";
    const several = {
      "app/patch.yaml": agent(),
      "app/p.yaml": `${patch.replace("http://127.0.0.1:1/", "")}---\n${patch}`,
    };
    const inPlace = `transformers:\n- |\n  ${patch.trim().replaceAll("\n", "\n  ")}\n`;
    const url = "http://127.0.0.1:1/x.yaml";
    for (const app of [
      transformer("ConfigMapGenerator", `files: [key=${url}]`),
      transformer("SecretGenerator", `envs: [${url}]`),
      transformer("PatchStrategicMergeTransformer", `paths: [${url}]`),
      kustomization("transformers: [p.yaml]\n", { "app/p.yaml": patch }),
      kustomization("transformers: [p.yaml]\n", several),
      kustomization(inPlace),
    ]) {
      const ran = plugin(app, { env: refused });
      expectRefusal(ran, /^(?:p|kustomization)\.yaml: (?:path|files|envs|paths) "http:.*remote ones are not allowed; /);
    }
  });

  test("remote bases are a matter of the operator alone", () => {
    const app = kustomization("resources: ['https://127.0.0.1:1/base?ref=v1']\n");
    const ran = plugin(app, { env: { INTERCEPT_BACKENDS_ALLOW_REMOTE_BASES: "true" } });
    expectRefusal(ran, /^source: kustomize failed: /);
    for (const name of ["ARGOCD_ENV_INTERCEPT_BACKENDS_ALLOW_REMOTE_BASES", "PARAM_ALLOW_REMOTE_BASES"]) {
      expectRefusal(plugin(app, { env: { ...refused, [name]: "true" } }), /remote ones are not allowed/);
    }
  });

  test("functions that are programs or containers", () => {
    for (const how of ["exec: {path: ./pwn.sh}", "container: {image: example.invalid/pwn}"]) {
      const fn = `apiVersion: example.com/v1\nkind: Pwn\nmetadata:\n  name: p\n  annotations:\n    config.kubernetes.io/function: |\n      ${how}\n`;
      for (const field of ["transformers", "generators", "validators"]) {
        const app = kustomization(`${field}: [fn.yaml]\n`, {
          "app/fn.yaml": fn,
          "app/pwn.sh": "#!/bin/sh\ntouch pwned\n",
        });
        chmodSync(join(app, "pwn.sh"), 0o755);
        expectRefusal(
          plugin(app),
          new RegExp(`^fn\\.yaml: asks kustomize to run a plugin under ${field} that is not built in; `),
        );
        expect(existsSync(join(app, "pwned"))).toBe(false);
      }
    }
  });

  test("generators that run plugins", () => {
    const plugins = "apiVersion: example.com/v1\nkind: Pwn\nmetadata: {name: p}\n";
    const app = kustomization("generators: [plugin.yaml]\n", { "app/plugin.yaml": plugins });
    expectRefusal(plugin(app), /^plugin\.yaml: asks kustomize to run a plugin under generators that is not built in; /);
  });

  test("charts", () => {
    const app = kustomization("helmCharts: [{name: c, repo: 'https://example.invalid', version: 1.0.0}]\n");
    const line =
      /^kustomization\.yaml: helmCharts asks kustomize to run helm; .*INTERCEPT_BACKENDS_ALLOW_KUSTOMIZE_HELM/;
    expectRefusal(plugin(app, { env: refused }), line);
    expectRefusal(
      plugin(app, { env: { ...refused, ARGOCD_ENV_INTERCEPT_BACKENDS_ALLOW_KUSTOMIZE_HELM: "true" } }),
      line,
    );
  });
});

describe("names and values that look like flags or commands", () => {
  test("file names that start with dashes, or that a shell would run", () => {
    const names = ["--enable-helm.yaml", "-.yaml", "$(touch pwned).yaml", "`touch pwned`;.yaml", "new\nline.yaml"];
    const files = Object.fromEntries(names.map((name) => [`app/${name}`, CONFIG_MAP]));
    const app = join(repository({ ...fine, ...files }), "app");
    const { status, stdout } = plugin(app);
    expect([status, stdout.split(CONFIG_MAP).length - 1]).toEqual([0, names.length]);
    writeFileSync(join(app, "new\nline.yaml"), "no: kind\n");
    expectRefusal(plugin(app), /^new\\nline\.yaml:1:1: a document without/);
    const built = kustomization(`resources: [agent.yaml, pipeline.yaml, --enable-helm.yaml]\n`, {
      "app/--enable-helm.yaml": CONFIG_MAP,
    });
    expect(plugin(built).status).toBe(0);
    expect([...readdirSync(app), ...readdirSync(built)]).not.toContain("pwned");
  });

  test("file names that are not UTF-8, which no program finds again by the name it was given", () => {
    const shown = String.raw`caf\xe9`;
    const rename = "its name is not UTF-8, so that it cannot be opened by it; rename it";
    for (const [files, name, line] of [
      [fine, "café.yaml", `${shown}.yaml: ${rename}`],
      [{ ...fine, "app/ok.yaml": CONFIG_MAP }, "café.json", `${shown}.json: ${rename}`],
      ...(helm === undefined ? [] : [[chart, "templates/café.yaml", `templates/${shown}.yaml: ${rename}`] as const]),
    ] as const) {
      const app = join(repository(files), "app");
      writeFileSync(latin1(app, name), CONFIG_MAP);
      // A file whose name is what the other one is read as.
      writeFileSync(join(app, "caf\ufffd.txt"), "");
      expectRefusal(plugin(app), line);
    }
    const app = join(repository(fine), "app");
    mkdirSync(latin1(app, "café"));
    writeFileSync(latin1(app, "café/words.yaml"), CONFIG_MAP);
    expectRefusal(plugin(app, recurse), `${shown}: ${rename}`);
    writeFileSync(latin1(app, "café.txt"), "no manifest");
    expect(plugin(app).status).toBe(0);
  });

  test("characters that move a terminal's cursor, colour it or turn its text around", () => {
    const odd = "\u001b[2K\u009b31m\u202e\u2066\u200f\u0007x";
    const raw = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u;
    const escaped = String.raw`"\u001b[2K\u009b31m\u202e\u2066\u200f\u0007x"`;
    const noisy = join(freshFolder(), "kustomize");
    writeFileSync(noisy, `#!/bin/sh\nprintf '%s' '${odd}' >&2\nexit 1\n`);
    chmodSync(noisy, 0o755);
    const named = { ...fine, [`app/${odd}.yaml`]: "no: kind\n" };
    const called = {
      ...fine,
      "app/pipeline.yaml": pipeline().replace("name: backend", `name: ${escaped}`).replace(":4317", ""),
    };
    const built = kustomization(kustomized["app/kustomization.yaml"]);
    for (const [app, call] of [
      [join(repository(named), "app"), {}],
      [join(repository(called), "app"), {}],
      [join(repository(fine), "app"), { parameters: [{ name: odd, string: odd }] }],
      [join(repository(fine), "app"), { parameters: [{ name: "source", string: odd }] }],
      [join(repository(fine), "app"), { args: ["generate", odd] }],
      [join(repository(fine), "app"), { args: ["generate", `--${odd}`] }],
    ] as const) {
      const { status, stdout, said } = plugin(app, call);
      expect([status === 0, stdout]).toEqual([false, ""]);
      expect(said.join("\n")).not.toMatch(raw);
      expect(said.join("\n")).toContain(String.raw`\u009b31m\u202e\u2066\u200f`);
    }
    // Of what a renderer says, nothing is shown that is not known.
    const ran = plugin(built, { env: { INTERCEPT_BACKENDS_KUSTOMIZE: noisy } });
    expectRefusal(ran, /^source: kustomize failed, and what it says is not shown/);
    expect(ran.said.join("\n")).not.toMatch(raw);
  });

  test("the environment of an Application, which never reaches a renderer", () => {
    const seen = join(freshFolder(), "seen");
    const spy = join(freshFolder(), "kustomize");
    writeFileSync(
      spy,
      `#!/bin/sh\n{ env; printf '%s\\n' "$@"; } > ${seen}\ncat agent.yaml; echo ---; cat pipeline.yaml\n`,
    );
    chmodSync(spy, 0o755);
    const app = join(repository(kustomized), "app");
    const value = `'"; touch pwned; $(touch pwned) --enable-helm\n--enable-exec`;
    const env = {
      ARGOCD_ENV_ARGS: value,
      ARGOCD_APP_REVISION: value,
      PARAM_SOURCE: value,
      KUSTOMIZE_PLUGIN_HOME: "/tmp",
      LD_PRELOAD: "/nonexistent.so",
      SSH_AUTH_SOCK: "/tmp/agent",
      GIT_SSH_COMMAND: "touch pwned",
      no_proxy: "*",
      SSL_CERT_FILE: "/tmp/certificates",
      AWS_SECRET_ACCESS_KEY: SECRET_VALUE,
      INTERCEPT_BACKENDS_KUSTOMIZE: spy,
    };
    const { status, said } = plugin(app, { env });
    expect([status, said.filter((line) => !line.includes("LD_PRELOAD"))]).toEqual([0, []]);
    const { stdout } = spawnSync("cat", [seen], { encoding: "utf8" });
    const lines = stdout.trim().split("\n");
    const names = lines
      .flatMap((line) => /^(\w+)=/.exec(line)?.[1] ?? [])
      .filter((name) => !/^(?:PWD|OLDPWD|SHLVL|_)$/.test(name));
    expect(names.toSorted()).toEqual(["GIT_ALLOW_PROTOCOL", "HOME", "HTTPS_PROXY", "HTTP_PROXY", "PATH", "TMPDIR"]);
    expect(lines.slice(-3)).toEqual(["build", "--load-restrictor=LoadRestrictionsRootOnly", "."]);
    expect(readdirSync(app)).not.toContain("pwned");
  });

  test("the operator's own environment, which reaches a renderer where the operator lets it use the network", () => {
    const seen = join(freshFolder(), "seen");
    const spy = join(freshFolder(), "kustomize");
    writeFileSync(spy, `#!/bin/sh\nenv > ${seen}\ncat agent.yaml; echo ---; cat pipeline.yaml\n`);
    chmodSync(spy, 0o755);
    const env = {
      HTTPS_PROXY: "http://proxy:3128",
      SSH_AUTH_SOCK: "/tmp/agent",
      AWS_SECRET_ACCESS_KEY: SECRET_VALUE,
      INTERCEPT_BACKENDS_KUSTOMIZE: spy,
      INTERCEPT_BACKENDS_ALLOW_REMOTE_BASES: "true",
    };
    expect(plugin(join(repository(kustomized), "app"), { env }).status).toBe(0);
    const lines = readFileSync(seen, "utf8").split("\n");
    expect(lines).toEqual(expect.arrayContaining(["HTTPS_PROXY=http://proxy:3128", "SSH_AUTH_SOCK=/tmp/agent"]));
    expect(lines.filter((line) => /^(?:GIT_ALLOW_PROTOCOL|AWS_|INTERCEPT_)/.test(line))).toEqual([]);
  });

  test("programs of the repository, when PATH has relative folders", () => {
    const app = join(repository({ ...kustomized, "app/kustomize": "#!/bin/sh\ntouch pwned\n" }), "app");
    chmodSync(join(app, "kustomize"), 0o755);
    const env = { INTERCEPT_BACKENDS_KUSTOMIZE: "", PATH: `:.:app:${dirname(process.execPath)}/nowhere` };
    expectRefusal(plugin(app, { env }), /^source: kustomize is not on PATH; /);
    expect(existsSync(join(app, "pwned"))).toBe(false);
    expectRefusal(
      plugin(app, { env: { INTERCEPT_BACKENDS_KUSTOMIZE: "./kustomize" } }),
      /^source: INTERCEPT_BACKENDS_KUSTOMIZE of the environment is no absolute path; /,
    );
  });
});

describe("too much", () => {
  const large = "make it smaller, or let the operator raise INTERCEPT_BACKENDS_MAX_MEGABYTES";

  test("a file of 200 MB, as a manifest and in a kustomization", () => {
    const app = join(repository({ ...fine, "app/big.yaml": "" }), "app");
    truncateSync(join(app, "big.yaml"), 200_000_000);
    expectRefusal(plugin(app), `big.yaml: with this file the source is larger than 64 MiB; ${large}`);
    writeFileSync(join(app, "kustomization.yaml"), "configMapGenerator: [{name: x, files: [big.yaml]}]\n");
    expectRefusal(plugin(app), `big.yaml: with this file the source is larger than 64 MiB; ${large}`);
    truncateSync(join(app, "kustomization.yaml"), 200_000_000);
    expectRefusal(plugin(app), `kustomization.yaml: with this file the source is larger than 64 MiB; ${large}`);
  });

  test("ten thousand files", () => {
    const app = join(repository(fine), "app");
    mkdirSync(join(app, "many"));
    for (let at = 0; at < 10_000; at++) writeFileSync(join(app, "many", `${at}.yaml`), "");
    expectRefusal(
      plugin(app, recurse),
      /^source: the source has more than 5000 files and folders; .*INTERCEPT_BACKENDS_MAX_FILES$/,
    );
    expect(plugin(app, { ...recurse, env: { INTERCEPT_BACKENDS_MAX_FILES: "20000" } }).status).toBe(0);
  });

  test("a renderer that prints without end", () => {
    const endless = join(freshFolder(), "kustomize");
    writeFileSync(endless, "#!/bin/sh\nexec cat /dev/zero\n");
    chmodSync(endless, 0o755);
    const ran = plugin(join(repository(kustomized), "app"), { env: { INTERCEPT_BACKENDS_KUSTOMIZE: endless } });
    expectRefusal(
      ran,
      "source: kustomize prints more than 64 MiB; make the source smaller, or let the operator raise INTERCEPT_BACKENDS_MAX_MEGABYTES",
    );
  });

  test("a renderer that never ends", () => {
    const endless = join(freshFolder(), "kustomize");
    writeFileSync(endless, "#!/bin/sh\nwhile :; do :; done\n");
    chmodSync(endless, 0o755);
    const env = { INTERCEPT_BACKENDS_KUSTOMIZE: endless, INTERCEPT_BACKENDS_DEADLINE_SECONDS: "1" };
    expectRefusal(
      plugin(join(repository(kustomized), "app"), { env }),
      /^source: kustomize did not finish within 1 s; /,
    );
  });

  test("aliases of aliases, in a manifest, a kustomization and the values of a chart", () => {
    const levels = Array.from({ length: 9 }, (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at},`.repeat(9)}*l${at}]`);
    const bomb = ["l0: &l0 [x,x,x,x,x,x,x,x,x]", ...levels].join("\n");
    const manifest = `${pipeline("bomb")}status:\n  ${bomb.replaceAll("\n", "\n  ")}\n`;
    expectRefusal(
      plugin(join(repository({ ...fine, "app/bomb.yaml": manifest }), "app")),
      /^bomb\.yaml:\d+:1: .*alias/,
    );
    expectRefusal(
      plugin(kustomization(`${bomb}\n`)),
      /^kustomization\.yaml: .*aliases multiply the text beyond reason/,
    );
    const parameters = [
      { name: "source", string: "helm" },
      { name: "helm.values", string: bomb },
    ];
    const app = join(repository(chart), "app");
    expectRefusal(
      plugin(app, { parameters }),
      /^source: the parameter helm\.values .*aliases multiply the text beyond reason/,
    );
  });

  test("a named pipe, which nobody ever writes to", () => {
    const app = join(repository(fine), "app");
    spawnSync("/usr/bin/mkfifo", [join(app, "pipe.yaml")]);
    expectRefusal(plugin(app), "pipe.yaml: is neither a file nor a folder; remove it from the repository");
    writeFileSync(join(app, "kustomization.yaml"), "resources: [pipe.yaml]\n");
    expectRefusal(plugin(app), /^kustomization\.yaml: resources "pipe\.yaml": is neither a file nor a folder; /);
  });

  test("a limit that is none is told to the operator", () => {
    const env = { INTERCEPT_BACKENDS_DEADLINE_SECONDS: "45s", INTERCEPT_BACKENDS_ALLOW_REMOTE_BASES: "yes" };
    expectRefusal(
      plugin(join(repository(fine), "app"), { env }),
      "source: INTERCEPT_BACKENDS_DEADLINE_SECONDS of the environment is no whole number from 1 to 3600; correct or unset it",
      "source: INTERCEPT_BACKENDS_ALLOW_REMOTE_BASES of the environment is neither true nor false; correct or unset it",
    );
  });
});

describe("what keeps the program itself busy", () => {
  // Far more than any reader gets through before the deadline, and more than the memory that it is given. A long text in
  // quotes takes the package yaml the square of its length.
  const status = `["${"\\\n".repeat(20_000_000)}",${"1,".repeat(20_000_000)}1]`;
  const large = `${pipeline("large")}# config.kubernetes.io/local-config\nstatus: ${status}\n`;
  const allowed = { INTERCEPT_BACKENDS_MAX_MEGABYTES: "1000" };

  test("is ended with the sentence of the deadline", () => {
    const app = join(repository({ ...fine, "app/large.yaml": large }), "app");
    const env = {
      ...allowed,
      INTERCEPT_BACKENDS_DEADLINE_SECONDS: "1",
      INTERCEPT_BACKENDS_MAX_MEMORY_MEGABYTES: "60000",
    };
    const line = /^source: reading and rewriting it did not finish within 1 s; .*INTERCEPT_BACKENDS_DEADLINE_SECONDS/;
    expectRefusal(plugin(app, { env }), line);
    expectRefusal(plugin(app, { env, args: ["parameters"] }), line);
  });

  test.skipIf(process.platform !== "linux")("is ended when it fills the memory", () => {
    const app = join(repository({ ...fine, "app/large.yaml": large }), "app");
    const env = { ...allowed, INTERCEPT_BACKENDS_MAX_MEMORY_MEGABYTES: "90" };
    expectRefusal(
      plugin(app, { env }),
      /^source: reading and rewriting it takes more than 90 MiB of memory; .*INTERCEPT_BACKENDS_MAX_MEMORY_MEGABYTES/,
    );
  });

  test("is gone when Argo CD ends the call", async () => {
    const app = join(repository({ ...fine, "app/large.yaml": large }), "app");
    const call = startOf({
      args: ["generate", app],
      env: { ...allowed, INTERCEPT_BACKENDS_MAX_MEMORY_MEGABYTES: "60000" },
    });
    const child = spawn(call.command, call.argv, { env: call.env, detached: true, stdio: "ignore" });
    await until(() => processesWith(app).length === 3);
    endAsArgoCd(child);
    await until(() => processesWith(app).length === 0);
  });
});

describe.skipIf(process.platform !== "linux")("a renderer that starts another one", () => {
  test("leaves nothing behind at the deadline", () => {
    const { env, inner } = scripts();
    const ran = plugin(kustomization(kustomized["app/kustomization.yaml"]), {
      env: { ...env, INTERCEPT_BACKENDS_DEADLINE_SECONDS: "3" },
    });
    expectRefusal(ran, /^source: kustomize did not finish within 3 s; /);
    expect(processesWith(inner)).toEqual([]);
  });

  test("leaves nothing behind when Argo CD, or a person, ends the call", async () => {
    for (const end of [endAsArgoCd, (child: ChildProcess): boolean => child.kill("SIGINT")]) {
      const { env, inner } = scripts();
      const call = startOf({ env });
      const child = spawn(call.command, call.argv, {
        cwd: kustomization(kustomized["app/kustomization.yaml"]),
        env: call.env,
        detached: true,
        stdio: "ignore",
      });
      await until(() => processesWith(inner).length > 0);
      end(child);
      await until(() => processesWith(inner).length === 0);
    }
  });

  test("is ended when it fills the memory", () => {
    const greedy = join(freshFolder(), "kustomize");
    const script = "const all = []; setInterval(() => all.push(Buffer.alloc(5e7, 1)), 1)";
    writeFileSync(greedy, `#!/bin/sh\nexec "${process.execPath}" -e "${script}"\n`);
    chmodSync(greedy, 0o755);
    expectRefusal(
      plugin(kustomization(kustomized["app/kustomization.yaml"]), { env: { INTERCEPT_BACKENDS_KUSTOMIZE: greedy } }),
      /^source: kustomize takes more than 512 MiB of memory; .*INTERCEPT_BACKENDS_MAX_MEMORY_MEGABYTES/,
    );
  });
});

/** A kustomize that is a script, and the script that it starts, which never ends. */
function scripts(): { env: Record<string, string>; inner: string } {
  const [inner, outer] = [join(freshFolder(), "inner"), join(freshFolder(), "kustomize")];
  writeFileSync(inner, "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n");
  writeFileSync(outer, `#!/bin/sh\n${inner}\n`);
  for (const file of [inner, outer]) chmodSync(file, 0o755);
  return { env: { INTERCEPT_BACKENDS_KUSTOMIZE: outer }, inner };
}

/** argo-cd: cmpserver/plugin/plugin.go, runCommand: the process at once, its group in a way that lets it tidy up. */
function endAsArgoCd(child: ChildProcess): void {
  child.kill("SIGKILL");
  process.kill(-(child.pid ?? 0), "SIGTERM");
}

withHelm("a chart that means harm", () => {
  test("reads a file of the system through a link", () => {
    const app = join(repository(chart), "app");
    symlinkSync("/etc/passwd", join(app, "templates/users.txt"));
    expectRefusal(plugin(app), /^templates\/users\.txt: a symbolic link that leads out of the repository; /);
  });

  test("never ends", () => {
    const loop = "{{ range until 10000 }}{{ range until 10000 }}{{ range until 10000 }}{{ end }}{{ end }}{{ end }}";
    const app = join(repository({ ...chart, "app/templates/loop.yaml": loop }), "app");
    const ran = plugin(app, { env: { INTERCEPT_BACKENDS_DEADLINE_SECONDS: "1" } });
    expectRefusal(ran, /^source: helm did not finish within 1 s; .*INTERCEPT_BACKENDS_DEADLINE_SECONDS/);
  });

  test("has value files outside, remote ones, and names that look like flags", () => {
    const app = join(repository(chart), "app");
    for (const [name, line] of [
      ["../../../../../../etc/passwd", /lies outside of the repository; /],
      ["https://example.invalid/values.yaml", /^source: the value file "https:.*" is remote; /],
      ["--post-renderer=./pwn.sh", /^source: there is no value file "--post-renderer=/],
      ["-", /^source: there is no value file "-"; /],
    ] as const) {
      expectRefusal(plugin(app, { parameters: [{ name: "helm.valueFiles", array: [name] }] }), line);
    }
  });

  test("has names and versions that look like flags or commands", () => {
    const app = join(repository(chart), "app");
    for (const env of [
      { ARGOCD_APP_NAME: "--post-renderer=./pwn.sh" },
      { ARGOCD_APP_NAME: "{{ fail }}" },
      { ARGOCD_APP_NAMESPACE: "$(touch pwned)" },
      { KUBE_VERSION: "1.31' --validate" },
      { KUBE_API_VERSIONS: "v1,`touch pwned`" },
    ]) {
      const ran = plugin(app, { env });
      expect([ran.status, ran.stdout, ran.said.length], ran.said.join("\n")).toEqual([1, "", 1]);
    }
    const parameters = [{ name: "helm.releaseName", string: "--debug" }];
    expectRefusal(plugin(app, { parameters }), /^source: "--debug" cannot be the name of a Helm release; /);
    expect(existsSync(join(app, "pwned"))).toBe(false);
  });

  test("is a bomb of aliases as its values", () => {
    const levels = Array.from({ length: 9 }, (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at},`.repeat(9)}*l${at}]`);
    const values = ["l0: &l0 [x,x,x,x,x,x,x,x,x]", ...levels].join("\n");
    expectRefusal(
      plugin(join(repository({ ...chart, "app/values.yaml": values }), "app")),
      /^source: helm failed: .*alias/,
    );
  });
});

withHelm("a chart that tells of its values", () => {
  test("shows its own words but not what is to be kept", () => {
    const values = `database:\n  password: ${SECRET_VALUE}\nport: 5432\n`;
    const fail = '{{ fail (printf "no host in %v, %v" .Values (.Files.Get "s.yaml" | b64enc)) }}';
    const encoded = SECRET.replace("stringData:", "data:").replace(
      SECRET_VALUE,
      Buffer.from(SECRET_VALUE).toString("base64"),
    );
    const told = '{{ fail (printf "no host beside %v" ((.Files.Get "s.yaml" | fromYaml).data.password | b64dec)) }}';
    for (const files of [
      { "app/values.yaml": values, "app/templates/x.yaml": fail },
      { "more.yaml": values, "app/templates/x.yaml": fail },
      { "app/s.yaml": encoded, "app/templates/x.yaml": told },
    ]) {
      const app = join(repository({ ...chart, ...files }), "app");
      const parameters = "more.yaml" in files ? [{ name: "helm.valueFiles", array: ["/more.yaml"] }] : [];
      const ran = plugin(app, { parameters });
      expectRefusal(ran, /^source: helm failed: templates\/x\.yaml:1: no host (?:in …, …|beside …); /);
      expect(ran.said.join("\n")).not.toContain(SECRET_VALUE);
    }
    const app = join(repository({ ...chart, "app/templates/x.yaml": fail }), "app");
    for (const parameter of [
      { name: "helm.values", string: values },
      { name: "helm.parameters", map: { "database.password": SECRET_VALUE, port: "5432" } },
    ]) {
      const ran = plugin(app, { parameters: [parameter] });
      expectRefusal(ran, /^source: helm failed: templates\/x\.yaml:1: no host in …, …; /);
      expect(ran.said.join("\n")).not.toContain(SECRET_VALUE);
    }
  });
});

describe("the value of a Secret", () => {
  test("is in no line that tells of an error", () => {
    const literal = `secretGenerator: [{name: s, literals: ["${SECRET_VALUE}"]}]\n`;
    const noName = SECRET.replace("  name: credentials\n", "  labels: {a: b}\n");
    const badData = SECRET.replace("stringData:", "data:").replace("password: ", "password: !!binary ");
    for (const app of [
      kustomization(literal),
      kustomization("resources: [s.yaml]\n", { "app/s.yaml": noName }),
      kustomization("resources: [s.yaml]\n", { "app/s.yaml": badData }),
      kustomization("resources: [s.yaml]\n", { "app/s.yaml": `${SECRET}    x: [\n` }),
      kustomization("resources: [s.yaml, s2.yaml]\n", { "app/s.yaml": SECRET, "app/s2.yaml": SECRET }),
      join(repository({ ...fine, "app/s.yaml": `${SECRET}  x: [\n` }), "app"),
    ]) {
      const { stdout, said } = plugin(app);
      if (stdout === "") expect(said.length).toBeGreaterThan(0);
      expect(said.join("\n")).not.toContain(SECRET_VALUE);
    }
    expect(kustomize).toBeDefined();
  });
});
