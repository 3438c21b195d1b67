/** One replacement in a text: the characters from `start` up to `end` (UTF-16 offsets into the original) become `text`. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/**
 * The text with all edits made; offsets are those of the original, and edits at one place keep their order.
 * Throws when two edits overlap, which is a bug in their planner.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const ordered = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  let result = "";
  let done = 0;
  for (const edit of ordered) {
    if (edit.start < done) throw new Error(`edits overlap at offset ${edit.start}`);
    result += text.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  return result + text.slice(done);
}

/** The edit without the characters that it would replace by themselves, so that no byte is touched without need. */
export function trimEdit(text: string, edit: Edit): Edit {
  const old = text.slice(edit.start, edit.end);
  const most = Math.min(old.length, edit.text.length);
  let head = 0;
  while (head < most && old[head] === edit.text[head]) head++;
  let tail = 0;
  while (tail < most - head && old[old.length - 1 - tail] === edit.text[edit.text.length - 1 - tail]) tail++;
  return { start: edit.start + head, end: edit.end - tail, text: edit.text.slice(head, edit.text.length - tail) };
}
