// Opens connections as the uid and gid of its arguments and says who answered. Each line of standard input is a JSON
// list of {protocol, address, port, source, sourcePort}, each line of standard output a list of words, or of errors.
import { createSocket } from "node:dgram";
import { createConnection } from "node:net";
import { createInterface } from "node:readline";

// A lost answer is no answer: nothing here depends on how long it takes.
const PATIENCE = 5_000;
const [uid, gid] = process.argv.slice(2).map(Number);
process.setgroups([]);
process.setgid(gid);
process.setuid(uid);

for await (const line of createInterface({ input: process.stdin })) {
  const answers = await Promise.all(JSON.parse(line).map((call) => (call.protocol === "tcp" ? tcp(call) : udp(call))));
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}

function tcp({ address, port, source }) {
  return new Promise((resolve) => {
    let word = "";
    const options = { host: address, port, ...(source ? { localAddress: source } : {}) };
    const socket = createConnection(options);
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error("no answer")));
    socket.on("data", (data) => (word += data));
    socket.on("error", (error) => resolve(`${error.message}`));
    socket.on("close", () => resolve(word));
  });
}

function udp({ address, port, source, sourcePort }) {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    const finish = (word) => {
      clearTimeout(timer);
      socket.close();
      resolve(word);
    };
    const timer = setTimeout(() => finish("no answer"), PATIENCE);
    socket.on("error", (error) => finish(error.message));
    socket.on("message", (word) => finish(String(word)));
    socket.bind(sourcePort, source, () => socket.connect(port, address, () => socket.send("?")));
  });
}
