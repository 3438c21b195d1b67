/** The items of a comma-separated annotation without blanks around them; "" is the empty list. */
export function readCommaList(text: string): string[] {
  return text.trim() === "" ? [] : text.split(",").map((item) => item.trim());
}

/** The list with items appended that it lacks; what is there keeps its place. */
export function mergeList(existing: readonly string[], added: readonly string[]): string[] {
  return [...existing, ...added.filter((item, at) => !existing.includes(item) && added.indexOf(item) === at)];
}
