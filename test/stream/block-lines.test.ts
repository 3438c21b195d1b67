import { expect, test } from "vitest";
import { BlockLines } from "../../src/stream/block-lines.ts";

/** What the lines of a text are: column, key or text, and after it what is not as usual. */
function linesOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const lines = new BlockLines(bytes, 0, bytes.length);
  const found: string[] = [];
  while (lines.next()) {
    const { node, colon, end, isOdd, inner, marks, column } = lines;
    const what = colon === -1 ? bytes.toString("utf8", node, end) : `${bytes.toString("utf8", node, colon)}:`;
    const names = marks.map(({ name, isAlias }) => ` ${isAlias ? "*" : "&"}${name}`);
    const notes = `${names.join("")}${inner === Infinity ? "" : ` >${inner}`}${isOdd ? " ?" : ""}`;
    found.push(`${column} ${what}${notes}`);
  }
  return found;
}

test.each([
  ["nothing", "", []],
  ["comments and blank lines", "# a\n\n  # b\n \t\n\r\n", []],
  ["keys", "a: b\nc:\n  d: e # f\n", ["0 a:", "0 c:", "2 d:"]],
  ["keys and Windows line breaks", "a: b\r\n\r\nc:\r\n", ["0 a:", "0 c:"]],
  ["no line break at the end", "a: b\nc:", ["0 a:", "0 c:"]],
  ["dashes", "- a: b\n  c: d\n-   e: f\n- - g: h\n-\n", ["2 a:", "2 c:", "4 e:", "4 g:", "1 "]],
  ["text after a dash", "- a\n- b: c\n", ["2 a", "2 b:"]],
  ["keys with colons and marks in them", "a:b: c\nhttp://x#y: z\n", ["0 a:b:", "0 http://x#y:"]],
  ["a colon in a comment", "a # b: c\n- d: e\n", ["0 a # b: c >0 ?"]],
  ["quoted keys", "\"a: b\": c\n'it''s' : d\n", ['0 "a: b":', "0 'it''s' :"]],
  ["explicit keys", "? a\n: b\n", ["2 a", "2 b"]],
  // What stands deeper than the key or dash before it belongs to the scalar.
  ["a literal block", "a: |\n  b: c\n\n # d\n - e\nf: g\n", ["0 a:", "0 f:"]],
  ["a folded block after a dash", "- >-\n a: b\n- c: d\n", ["2 >-", "2 c:"]],
  ["a literal block after a key after a dash", "- a: |\n   b: c\n  d: e\n", ["2 a:", "2 d:"]],
  ["a block that is never filled", "a: |\nb: c\n", ["0 a:", "0 b:"]],
  ["a block with an anchor and a tag", "a: &x !!str |\n  b: c\nd: e\n", ["0 a: &x", "0 d:"]],
  ["plain text on several lines", "a: b\n  c\n   - d\ne: f\n", ["0 a:", "0 e:"]],
  ["quotes on several lines", 'a: "b\n   c: \\"d\n\n  e"\nf: g\n', ["0 a: >2", "0 f:"]],
  ["quotes on several lines with two quotes in them", "a: 'b\n  c''\n    d' # e\nf: g\n", ["0 a: >2", "0 f:"]],
  ["quotes that end in a backslash", "a: 'b\\'\nc: \"d\\\\\"\ne: f\n", ["0 a:", "0 c:", "0 e:"]],
  ["a backslash before a line break", 'a: "b\\\n c"\nd: e\n', ["0 a: >1", "0 d:"]],
  ["braces on several lines", "a: {b: c,\n  d: [e,\n     f]}\ng: h\n", ["0 a: >2", "0 g:"]],
  ["braces at a lower column", "  a: {\n b: c\n}\n  d: e\n", ["2 a: >0", "2 d:"]],
  ["brackets in quotes and comments of braces", "a: [\"]\", '}', # ]\n  b]\nc: d\n", ["0 a: >2", "0 c:"]],
  ["a hash that begins no comment in braces", "a: [b#],\nc: d\n", ["0 a: ?", "0 c:"]],
  ["quotes that are none in braces", "a: [b\"c, it's]\nd: e\n", ["0 a:", "0 d:"]],
  ["a quote after a colon in braces", 'a: {b:"c}"}\nd: e\n', ["0 a: ?", "0 d:"]],
  ["a quote after a quoted key in braces", 'a: {"b":"c}"}\nd: e\n', ["0 a:", "0 d:"]],
  ["anchors and aliases", "a: &b c\nd: *b\n&e f: g\n- &h\n", ["0 a: &b", "0 d: *b", "0 &e f: &e", "2 &h &h"]],
  ["anchors and aliases in braces", "a: {b: &c d, e: [*c, f*g, h&i]}\n", ["0 a: &c *c"]],
  ["an alias before a comment", "a: *b # c\n", ["0 a: *b"]],
  ["a mark that is in text", "a: b &c *d\ne: 'f &g'\n", ["0 a:", "0 e:"]],
  ["an alias as a key", "*a : b\n", ["0 *a : b *a ?"]],
  ["text alone, which goes on at its own column", "  a\n   b: c\n  d: e\nf: g\n", ["2 a >0 ?", "0 f:"]],
  ["a tab as indentation", "a:\n\tb: c\n", ["0 a:", "0 \tb: ?"]],
  ["a reserved character", "a: @b\n%c: d\n", ["0 a: ?", "0 %c: ?"]],
  ["a dash on the line of its key", "a: - b\n", ["0 a: ?"]],
  ["text after quotes", 'a: "b" c\n"d"e: f\n', ["0 a: ?", '0 "d"e: f ?']],
  ["a quote that does not end", 'a: "b\nc: d\n', ["0 a: >0 ?"]],
  ["a brace that does not end", "a: {b\n  c: d\n", ["0 a: >0 ?"]],
])("the lines of %s", (_, text, lines) => {
  expect(linesOf(text)).toEqual(lines);
});

test("lines end where the region ends", () => {
  const bytes = Buffer.from('a: "b\nc: d"\n');
  const lines = new BlockLines(bytes, 0, 6);
  expect(lines.next()).toBe(true);
  expect([lines.isOdd, lines.inner]).toEqual([true, 0]);
  expect(lines.next()).toBe(false);
});
