import * as fc from "fast-check";

// Every run tries the same values, so that a test fails because of a change and not by chance. New values are looked for
// with PROPERTY_SEED=random, or with a number of one's own, and more of them with PROPERTY_RUNS.
const seed = process.env["PROPERTY_SEED"] ?? "20261122";

if (seed !== "random") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
