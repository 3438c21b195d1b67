import { keptFrom } from "../base/kept-values.ts";

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
  own: string;
  /** What may be shown of it: not the value of a variable whose name says that it is to be kept. */
  shown: string;
  tail: string;
  /** Empty on a last line that lacks it. */
  lineBreak: string;
}

/** The lines of a file of which one stretch of bytes may be shown: any other resource may be a Secret. */
export function linesAround(bytes: Uint8Array, own: { start: number; end: number }): Line[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  let offset = 0;
  let isAfterOwn = false;
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const kept = keptFrom(lines.map((line) => line.replace(/\r?\n$/, "")));
  return lines.map((whole, at) => {
    const start = Math.max(0, own.start - offset);
    const end = own.end - offset;
    offset += whole.length;
    const lineBreak = /(?:\r?\n)?$/.exec(whole)?.[0] ?? "";
    const content = whole.slice(0, whole.length - lineBreak.length);
    const isOther = start >= whole.length || end <= 0;
    const mayShow = BETWEEN.test(content) || (isAfterOwn && NEXT_ITEM.test(content));
    isAfterOwn = !isOther;
    const shownOf = (part: string, before: number): string => {
      const from = kept[at] === undefined ? part.length : Math.max(0, kept[at] - before);
      return from < part.length ? `${part.slice(0, from)}${CUT}` : part;
    };
    if (isOther) {
      const part = mayShow ? content : "";
      return { lead: mayShow ? "" : content, own: part, shown: shownOf(part, 0), tail: "", lineBreak };
    }
    const lead = LEAD.test(content.slice(0, start)) ? "" : content.slice(0, start);
    const tail = TAIL.test(content.slice(end)) ? "" : content.slice(end);
    const part = content.slice(lead.length, content.length - tail.length);
    return { lead, own: part, shown: shownOf(part, lead.length), tail, lineBreak };
  });
}

export function textOf({ lead, own, tail, lineBreak }: Line): string {
  return lead + own + tail + lineBreak;
}

/** True for a line with text that must not be shown. */
export function isCut(line: Line): boolean {
  return line.lead !== "" || line.tail !== "" || isKept(line);
}

/** True for a line with the value of a variable whose name says that it is to be kept. */
export function isKept({ own, shown }: Line): boolean {
  return own !== shown;
}

/** The line as it may be shown, without its line break. */
export function shownLine({ lead, shown, tail }: Line): string {
  return `${lead && CUT}${shown}${tail && CUT}`;
}
