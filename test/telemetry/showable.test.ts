import { expect, test } from "vitest";
import { withoutCredentials } from "../../src/base/address.ts";
import { showable } from "../../src/telemetry/placeholder.ts";

test.each([
  ["${X:-http://user:token@h:4317}", "${X:-http://h:4317}"],
  ["${env:X:-user:token@h:4317}", "${env:X:-h:4317}"],
  ["${X-http://user:token@h}", "${X-http://h}"],
  ["${A:-${B:-http://user:token@h}}", "${A:-${B:-http://h}}"],
  ["${yaml:http://user:token@h}", "${yaml:http://h}"],
  ["${X:=https://h/v1?key=token}", "${X:=https://h/v1?…}"],
  ["${HOST}:4317", "${HOST}:4317"],
  ["http://${env:HOST}:4317", "http://${env:HOST}:4317"],
])("the endpoint %s is shown as %s", (text, shown) => {
  expect(showable(text)).toBe(shown);
});

test.each([
  ["https://user:token@h/x?ref=v1", "https://…@h/x?…"],
  ["HTTPS://user:to%40ken@h/x#token", "HTTPS://…@h/x#…"],
  ["git::https://user:token@h/x", "git::https://…@h/x"],
  ["git::user:token@h:x", "…@h:x"],
  ["user:token@h:o/r", "…@h:o/r"],
  ["key=http://user:token@h", "key=http://…@h"],
  ["https://h/x?sshkey=token", "https://h/x?…"],
  ["words.yaml", "words.yaml"],
])("the address %s is shown as %s", (text, shown) => {
  expect(withoutCredentials(text)).toBe(shown);
});
