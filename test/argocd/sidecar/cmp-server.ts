import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import type { ServiceDefinition, ServiceError } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { newBox } from "./box.ts";
import { environmentOf } from "./plugin-server.ts";
import type { Announced, Application, PluginServer } from "./plugin-server.ts";

const definitions = loadSync(fileURLToPath(new URL("plugin.proto", import.meta.url)), {
  keepCase: true,
  defaults: true,
});
const service = definitions["plugin.ConfigManagementPluginService"] as ServiceDefinition;

/** argo-cd: common, DefaultCMPChunkSize. */
const CHUNK = 1024;

/** Starts Argo CD's own plugin server in a box, with settings of the operator in its environment, on plugin.yaml as it is or another. */
export async function startCmpServer(
  file: string,
  settings: Readonly<Record<string, string>> = {},
  pluginYaml?: string,
): Promise<PluginServer> {
  const box = newBox({ "argocd-cmp-server": file });
  if (pluginYaml !== undefined) writeFileSync(join(box.tmp, "config/plugin.yaml"), pluginYaml);
  const [command, args] = box.enter("/tmp", ["argocd-cmp-server", "--config-dir-path", "/tmp/config"]);
  const env = {
    ...box.env,
    ARGOCD_BINARY_NAME: "argocd-cmp-server",
    ARGOCD_PLUGINSOCKFILEPATH: "/tmp/plugins",
    ARGOCD_CMP_WORKDIR: "/tmp",
    ...settings,
  };
  return serve(command, args, env, join(box.tmp, "plugins/intercept-backends.sock"));
}

/** Starts a command that serves the plugin on a socket, and talks to it. */
export async function serve(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  socket: string,
): Promise<PluginServer> {
  const server = spawn(command, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  while (!existsSync(socket)) {
    if (server.exitCode !== null) throw new Error(`argocd-cmp-server does not start: ${log}`);
    await new Promise((done) => setTimeout(done, 20));
  }
  const client = new Client(`unix:${socket}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": 100 * 1024 * 1024,
  });
  return {
    generate: async (application) =>
      (await send<{ manifests: string[] }>(client, "GenerateManifest", application)).manifests,
    parameters: async (application) =>
      (await send<{ parameterAnnouncements: Announced[] }>(client, "GetParametersAnnouncement", application))
        .parameterAnnouncements,
    configuration: () => ask(client, "CheckPluginConfiguration"),
    matches: (application) => send(client, "MatchRepository", application),
    async stop() {
      client.close();
      // On SIGTERM it only takes its socket away.
      server.kill("SIGKILL");
      if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
    },
  };
}

function ask<Answer>(client: Client, name: string): Promise<Answer> {
  const { path, requestSerialize, responseDeserialize } = method(name);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, (error, answer) =>
      error ? reject(shown(error)) : resolve(answer as Answer),
    );
  });
}

/** Streams a repository as the repo-server does: what it is, the archive in pieces, the end (argo-cd: util/cmp/stream.go). */
function send<Answer>(client: Client, name: string, application: Application): Promise<Answer> {
  const { path, requestSerialize, responseDeserialize } = method(name);
  const { deadline = 60_000 } = application;
  const archive = archiveOf(application.repository);
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + deadline };
    const call = client.makeClientStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      new Metadata(),
      options,
      (error, answer) => (error ? reject(shown(error)) : resolve(answer as Answer)),
    );
    call.write({
      metadata: {
        appName: application.name ?? "metrics",
        appRelPath: application.path,
        checksum: createHash("sha256").update(archive).digest("hex"),
        size: archive.length,
        env: Object.entries(environmentOf(application)).map(([key, value]) => ({ name: key, value })),
      },
    });
    for (let at = 0; at < archive.length; at += CHUNK)
      call.write({ file: { chunk: archive.subarray(at, at + CHUNK) } });
    call.end();
  });
}

function method(name: string) {
  const found = service[name];
  if (found === undefined) throw new Error(`plugin.proto knows no ${name}`);
  return found;
}

/** Without an entry for the folder itself, which the server refuses. */
function archiveOf(folder: string): Buffer {
  const argv = ["-C", folder, "-cz", "--", ...readdirSync(folder)];
  const { status, stdout, stderr } = spawnSync("tar", argv, { maxBuffer: 1024 ** 3 });
  if (status !== 0) throw new Error(`tar: ${String(stderr)}`);
  return stdout;
}

function shown({ details, message }: ServiceError): Error {
  return new Error(details || message);
}
