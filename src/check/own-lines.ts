import { linesOf } from "./line-changes.ts";

/** What is put in the place of text that must not be shown, in the bytes of UTF-8. */
const CUT = Buffer.from("…").toString("latin1");

/** Marks, brackets and blanks between resources, which tell nothing of them. */
const BETWEEN = /^[\s,[\]{}-]*$/;

/** The line that begins an item of a list as hosts write it; it stands behind no open text, and tells only what begins. */
const NEXT_ITEM = /^ *- (?:apiVersion|kind): ["']?[\w./-]+["']?$/;

/** What may stand before a resource on its line and is no other: marks, the key of the list, an anchor, a tag. */
const LEAD = /^(?:\xef\xbb\xbf)?(?:[\s,[\]{}-]|"?items"?:|[&!][\w./:-]*\s)*$/;

/** What may stand behind it: marks, and a comment on it. */
const TAIL = /^[\s,[\]{}]*(?:[ \t]#.*)?\s*$/;

/** A line of a file, one character a byte, with its line break. */
export interface Line {
  text: string;
  /** Other resources before and behind the DaemonSet on this line; a line that is all theirs is all `lead`. */
  lead: string;
  tail: string;
}

/** The lines of a file of which one stretch of bytes may be shown: any other resource may be a Secret. */
export function linesAround(bytes: Uint8Array, own: { start: number; end: number }): Line[] {
  let offset = 0;
  let isBehind = false;
  return linesOf(bytes).map((text) => {
    const start = Math.max(0, own.start - offset);
    const end = own.end - offset;
    offset += text.length;
    const content = text.replace(/\r?\n$/, "");
    if (start >= text.length || end <= 0) {
      const tellsNothing = BETWEEN.test(content) || (isBehind && NEXT_ITEM.test(content));
      isBehind = false;
      return { text, lead: tellsNothing ? "" : content, tail: "" };
    }
    isBehind = true;
    const [lead, tail] = [content.slice(0, start), content.slice(end)];
    return { text, lead: LEAD.test(lead) ? "" : lead, tail: TAIL.test(tail) ? "" : tail };
  });
}

/** True for a line with text that must not be shown. */
export function isCut({ lead, tail }: Line): boolean {
  return lead !== "" || tail !== "";
}

/** The line as it may be shown, `…` for what is not the DaemonSet's. */
export function shownLine({ text, lead, tail }: Line): string {
  const lineBreak = /(?:\r?\n)?$/.exec(text)?.[0] ?? "";
  const own = text.slice(lead.length, text.length - lineBreak.length - tail.length);
  return `${lead === "" ? "" : CUT}${own}${tail === "" ? "" : CUT}${lineBreak}`;
}
