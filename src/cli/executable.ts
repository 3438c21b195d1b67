/** True in the executable, which is a file of its own; false for the script that Node or Bun runs. */
export function isExecutable(): boolean {
  const [, script = ""] = process.argv;
  return process.versions["bun"] !== undefined && script.startsWith("/$bunfs/");
}
