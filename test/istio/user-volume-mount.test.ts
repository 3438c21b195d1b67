import { expect, test } from "vitest";
import { readUserVolumeMounts } from "../../src/istio/user-volume-mount.ts";

test("a field of a mount that is null is absent", () => {
  const mount = { name: "istio-certs", mountPath: "/etc/certs", subPath: null, readOnly: null };
  const fields = { name: "istio-certs", mountPath: "/etc/certs" };
  expect(readUserVolumeMounts(JSON.stringify([mount]))).toMatchObject({ form: "list", mounts: [{ fields }] });
  const { name, ...rest } = mount;
  const read = readUserVolumeMounts(JSON.stringify({ [name]: rest }));
  expect(typeof read === "object" && Object.keys(read.mounts[0]?.fields ?? {})).toEqual(["mountPath"]);
});
