/** A call that cannot be carried out as it was typed, or a file that cannot be read. */
export class UsageError extends Error {}
