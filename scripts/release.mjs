// What a release takes from the repository; .github/workflows/release.yaml calls it.
//
//   node scripts/release.mjs version v1.2.3     prints version=1.2.3, if that is the one in package.json
//   node scripts/release.mjs notes              prints what CHANGELOG.md says of that version
import { readFileSync } from "node:fs";

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const { version } = JSON.parse(read("package.json"));

const [command, tag] = process.argv.slice(2);
if (command === "version") {
  if (tag === `v${version}`) console.log(`version=${version}`);
  else fail(`the tag is ${tag}, and package.json has the version ${version}; tag it v${version}, or raise the version`);
} else if (command === "notes") {
  const sections = read("CHANGELOG.md").split(/^## /m).slice(1);
  const section = sections.find((text) => /^\[?([^\]\s]+)/.exec(text)?.[1] === version);
  const notes = section?.replace(/^.*\n/, "").trim();
  if (notes) console.log(notes);
  else
    fail(`CHANGELOG.md says nothing of ${version}; give what is under "Unreleased" the title "## ${version} - DATE"`);
} else {
  fail("say version TAG, or notes");
}

function fail(sentence) {
  console.error(sentence);
  process.exitCode = 1;
}
