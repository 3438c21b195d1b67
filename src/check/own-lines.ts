/** Stands for text that must not be shown, in the bytes of UTF-8. */
const CUT = Buffer.from("…").toString("latin1");

/** Marks, brackets and blanks between resources, which say nothing about them. */
const BETWEEN = /^[\s,[\]{}-]*$/;

/** The first line of the next item of a list as hosts write it: it says only what begins there. */
const NEXT_ITEM = /^ *- (?:apiVersion|kind): ["']?[\w./-]+["']?$/;

/** What may stand before a resource on its line and is no other: marks, the key of the list, an anchor, a tag. */
const LEAD = /^(?:\xef\xbb\xbf)?(?:[\s,[\]{}-]|"?items"?:|[&!][\w./:-]*\s)*$/;

/** What may stand after it: marks, and a comment on it. */
const TAIL = /^[\s,[\]{}]*(?:[ \t]#.*)?\s*$/;

/** A line of a file in parts, one character a byte, so that what is not UTF-8 survives. */
export interface Line {
  /** Other resources before and after the DaemonSet on this line; a line without any of it is all `lead`. */
  lead: string;
  /** What may be shown. */
  own: string;
  tail: string;
  /** Empty on a last line that lacks it. */
  lineBreak: string;
}

/** The lines of a file of which one stretch of bytes may be shown: any other resource may be a Secret. */
export function linesAround(bytes: Uint8Array, own: { start: number; end: number }): Line[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  let offset = 0;
  let isAfterOwn = false;
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((whole) => {
    const start = Math.max(0, own.start - offset);
    const end = own.end - offset;
    offset += whole.length;
    const lineBreak = /(?:\r?\n)?$/.exec(whole)?.[0] ?? "";
    const content = whole.slice(0, whole.length - lineBreak.length);
    const isOther = start >= whole.length || end <= 0;
    const mayShow = BETWEEN.test(content) || (isAfterOwn && NEXT_ITEM.test(content));
    isAfterOwn = !isOther;
    if (isOther) return { lead: mayShow ? "" : content, own: mayShow ? content : "", tail: "", lineBreak };
    const lead = LEAD.test(content.slice(0, start)) ? "" : content.slice(0, start);
    const tail = TAIL.test(content.slice(end)) ? "" : content.slice(end);
    return { lead, own: content.slice(lead.length, content.length - tail.length), tail, lineBreak };
  });
}

export function textOf({ lead, own, tail, lineBreak }: Line): string {
  return lead + own + tail + lineBreak;
}

/** True for a line with text that must not be shown. */
export function isCut({ lead, tail }: Line): boolean {
  return lead !== "" || tail !== "";
}

/** The line as it may be shown, without its line break. */
export function shownLine({ lead, own, tail }: Line): string {
  return `${lead && CUT}${own}${tail && CUT}`;
}
