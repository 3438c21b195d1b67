import { expect, test } from "vitest";
import { readUserVolumeMounts } from "../../src/istio/user-volume-mount.ts";

function only(mount: object): unknown {
  const read = readUserVolumeMounts(JSON.stringify([{ name: "istio-certs", mountPath: "/etc/certs", ...mount }]));
  return typeof read === "string" ? read : read.mounts[0];
}

test("a field of a mount that is null is absent", () => {
  const absent = { mountPath: "/etc/certs", isReadOnly: false, hasSubPath: false };
  expect(only({ subPath: null, readOnly: null })).toMatchObject(absent);
  const map = readUserVolumeMounts('{"istio-certs": {"mountPath": "/etc/certs", "subPath": null}}');
  expect(map).toMatchObject({ form: "map", mounts: [{ name: "istio-certs", ...absent }] });
});

// Tried with the injector: the pod that it makes has what is expected here.
test.each([
  [{ readonly: true }, { isReadOnly: true }],
  [{ ReadOnly: true }, { isReadOnly: true }],
  [{ readOnly: false, readonly: true }, { isReadOnly: true }],
  [{ readonly: false, readOnly: true }, { isReadOnly: false }],
  [{ SUBPATH: "x" }, { hasSubPath: true }],
  [{ "\u017fubPath": "x" }, { hasSubPath: true }],
  [{ subPath: "" }, { hasSubPath: false }],
  [{ mountpath: "/b" }, { mountPath: "/b", mountPathKey: "mountpath" }],
  [{ MountPath: "/b" }, { mountPath: "/etc/certs", mountPathKey: "mountPath" }],
  [{ Name: "other" }, { name: "istio-certs" }],
])("fields in any case: %j", (mount, expected) => {
  expect(only(mount)).toMatchObject(expected);
});

function named(inner: object): string | undefined {
  const read = readUserVolumeMounts(JSON.stringify({ key: { mountPath: "/a", ...inner } }));
  return typeof read === "string" ? read : read.mounts[0]?.name;
}

test("in the map form an inner name wins over the key, if it is written in lower case", () => {
  expect([named({}), named({ name: "inner" }), named({ Name: "inner" })]).toEqual(["key", "inner", "key"]);
});
