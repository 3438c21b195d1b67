// `npm run test:engine` says here on which engine it started vitest. On another one, workers would only repeat what
// `npm test` has shown, and nobody would see it.
const wanted = process.env["TEST_ENGINE"];

if (wanted !== undefined && process.versions[wanted] === undefined) {
  throw new Error(`these tests are to run on ${wanted}, and this is ${process.execPath}`);
}
