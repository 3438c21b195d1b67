import { expect } from "vitest";

/** Vitest's asymmetric matchers with a type that is not `any`. */
export const containing = (part: string): unknown => expect.stringContaining(part);
export const matching = (pattern: string | RegExp): unknown => expect.stringMatching(pattern);
export const objectWith = (part: Record<string, unknown>): unknown => expect.objectContaining(part);
