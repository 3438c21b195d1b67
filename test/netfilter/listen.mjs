// Accepts on the addresses and ports of its arguments, TCP and UDP, and answers every caller with one word: who it is.
// Arguments: the uid and gid to listen as, then WORD=ADDRESS@PORT,PORT …; says "ready" when all are there.
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const [id, ...places] = process.argv.slice(2);
process.setgid(Number(id));
process.setuid(Number(id));
const ready = places.flatMap((argument) => {
  const [word, place] = argument.split("=");
  const [address, ports] = place.split("@");
  return ports.split(",").flatMap((port) => [tcp(word, address, Number(port)), udp(word, address, Number(port))]);
});
await Promise.all(ready);
process.stdout.write("ready\n");

function tcp(word, address, port) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.on("error", () => {}).end(word));
    server.on("error", reject).listen({ host: address, port, backlog: 512 }, resolve);
  });
}

function udp(word, address, port) {
  return new Promise((resolve, reject) => {
    const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
    socket.on("message", (_, from) => socket.send(word, from.port, from.address));
    socket.on("error", reject).bind(port, address, resolve);
  });
}
