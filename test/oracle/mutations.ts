import { parse } from "yaml";
import { insertLine, isPlain, onKey, onLine, onPair, onScalar, twoPairs } from "./lines.ts";
import type { Mutation } from "./lines.ts";
import type { Random } from "./random.ts";
import { BREAKS, CONFIGS, LINES, PUT_IN, RESULTS, SCALARS, SEPARATORS, TAGS } from "./snippets.ts";

function escaped(text: string, random: Random): string {
  const at = random.below(text.length);
  const code = text.charCodeAt(at).toString(16);
  const escape = random.pick([
    `\\x${code.padStart(2, "0")}`,
    `\\u${code.padStart(4, "0")}`,
    `\\U${code.padStart(8, "0")}`,
  ]);
  return `"${text.slice(0, at)}${escape}${text.slice(at + 1)}"`;
}

const KEYS: Record<string, Mutation> = {
  "blank before colon": onPair(
    ({ lead, key, value }, random) => `${lead}${key}${random.pick([" ", "\t", "  ", " \t"])}: ${value}`,
  ),
  "tab after colon": onPair(
    ({ lead, key, value }, random) => `${lead}${key}:${random.pick(["\t", " \t", "\t "])}${value}`,
  ),
  "quoted key": onKey((key, random) => random.pick([`"${key}"`, `'${key}'`])),
  "escaped key": onKey((key, random) => (/^[\w.-]+$/.test(key) ? escaped(key, random) : key)),
  "tagged key": onKey((key, random) => `${random.pick(["!!str", "!", "!custom", "!<tag:yaml.org,2002:str>"])} ${key}`),
  "anchored key": onKey((key) => `&key ${key}`),
  "explicit key": onPair(({ lead, margin, key, value }, random) => {
    const written = random.pick([key, `"${key}"`, `|-\n${margin}  ${key}`, `>-\n${margin}  ${key}`, `!!str ${key}`]);
    return `${lead}? ${written}\n${margin}: ${value}`;
  }),
  "alias as key": twoPairs(
    (pair, other) => pair.key === other.key,
    ({ lead, key, value }) => `${lead}&k ${key}: ${value}`,
    ({ lead, value }) => `${lead}*k : ${value}`,
  ),
  "duplicate key": onPair(({ lead, margin, key, value }, random) => {
    const other = random.pick([value, "Other", "DaemonSet", "MetricPipeline", "", "~", "x:1"]);
    const [first, second] = random.pick([
      [value, other],
      [other, value],
    ]);
    return value === "" ? undefined : `${lead}${key}: ${first}\n${margin}${random.pick([key, `"${key}"`])}: ${second}`;
  }),
  "merge key": onScalar(({ lead, key, value }, random) => {
    const merge = random.pick(["<<", '"<<"', "!!merge <<", "!!str <<"]);
    const merged = random.pick([
      `{${key}: ${value}}`,
      `[{${key}: ${value}}, {${key}: other}]`,
      `&merged {${key}: ${value}}`,
    ]);
    return `${lead}${merge}: ${merged}`;
  }),
  "merge beside": onScalar(({ lead, margin, key, value }, random) =>
    random.pick([
      `${lead}${key}: ${value}\n${margin}<<: {${key}: other, extra: 1}`,
      `${lead}<<: {${key}: other, extra: 1}\n${margin}${key}: ${value}`,
    ]),
  ),
};

const VALUES: Record<string, Mutation> = {
  "quoted value": onScalar(
    ({ lead, key, value }, random) => `${lead}${key}: ${random.pick([`"${value}"`, `'${value}'`])}`,
  ),
  "escaped value": onScalar(({ lead, key, value }, random) => `${lead}${key}: ${escaped(value, random)}`),
  "tagged value": onPair(({ lead, key, value }, random) => {
    return `${lead}${key}: ${random.pick(TAGS)} ${value}`.trimEnd();
  }),
  "binary value": onScalar(
    ({ lead, key, value }) => `${lead}${key}: !!binary ${Buffer.from(value).toString("base64")}`,
  ),
  "anchored value": onPair(({ lead, key, value }) =>
    /^[&*]/.test(value) ? undefined : `${lead}${key}: &v ${value}`.trimEnd(),
  ),
  "alias as value": twoPairs(
    (pair, other) => isPlain(pair.value) && pair.value === other.value,
    ({ lead, key, value }) => `${lead}${key}: &v ${value}`,
    ({ lead, key }) => `${lead}${key}: *v`,
  ),
  "alias to another value": twoPairs(
    (pair, other) => isPlain(pair.value) && other.value !== "",
    ({ lead, key, value }) => `${lead}${key}: &o ${value}`,
    ({ lead, key }) => `${lead}${key}: *o`,
  ),
  "block value": onScalar(({ lead, margin, key, value }, random) => {
    const head = random.pick([
      "|",
      ">",
      "|-",
      ">-",
      "|+",
      ">+",
      "|2",
      ">2-",
      "|-2",
      "|1-",
      "|4",
      "|- # c",
      "|-\t",
      "!!str |-",
      "&b >-",
    ]);
    const inner = margin + " ".repeat(random.pick([1, 2, 2, 4]));
    const text = random.pick([value, value, `${value}\n`, `\n${value}`, value.replace(/(?<=^.+)(?=.)/, `\n${inner}`)]);
    return `${lead}${key}: ${head}\n${inner}${text}${random.pick(["", "", "\n", `\n${inner}`, "\n\n\n"])}`;
  }),
  "value on the next line": onScalar(({ lead, margin, key, value }, random) => {
    const gap = random.pick(["", " # c", "\n", "\n# c", ` !!str`, " &n"]);
    return `${lead}${key}:${gap}\n${random.pick([`${margin}  `, `${margin} `, margin])}${value}`;
  }),
  "value over several lines": onScalar(({ lead, margin, key, value }, random) => {
    const at = 1 + random.below(Math.max(1, value.length - 1));
    const [head, tail] = [value.slice(0, at), value.slice(at)];
    const inner = random.pick([`${margin}  `, `${margin} `, "", " ", "\t", margin]);
    const quoted = [
      `"${head}\\\n${inner}${tail}"`,
      `"${head}\n${inner}${tail}"`,
      `'${head}\n\n${inner}${tail}'`,
    ] as const;
    return `${lead}${key}: ${random.pick([...quoted, `${head}\n${inner}${tail}`, `"${value}\n${inner}"`, `"\\\n${inner}${value}"`])}`;
  }),
  "something after the value": onPair(({ lead, key, value }, random) => {
    const after = random.pick([
      " # c",
      "#c",
      "\t# c",
      " ",
      "\t",
      " #",
      ` ${random.pick(BREAKS)}`,
      ": x",
      " x",
      ",",
      " # c\rx: y",
    ]);
    return `${lead}${key}: ${value}${after}`;
  }),
  "line break in the value": onScalar(({ lead, key, value }, random) => {
    const at = random.below(value.length + 1);
    const broken = `${value.slice(0, at)}${random.pick(BREAKS)}${random.pick(["", " "])}${value.slice(at)}`;
    return `${lead}${key}: ${random.pick([broken, `"${broken}"`, `'${broken}'`])}`;
  }),
  "scalar of YAML 1.1": onScalar(({ lead, key }, random) => `${lead}${key}: ${random.pick(SCALARS)}`),
  "key of YAML 1.1": onPair(({ margin, lead, key, value }, random) =>
    value === "" ? `${lead}${key}:\n${margin}  ${random.pick(SCALARS)}: 1` : undefined,
  ),
  "no value": onPair(
    ({ lead, key }, random) => `${lead}${key}:${random.pick(["", " ~", " null", ' ""', " {}", " []", " !!str"])}`,
  ),
  "map in braces": onScalar(({ lead, margin, key, value }, random) => {
    const inner = random.pick([`${margin}  `, "", " "]);
    return `${lead}${key}: ${random.pick([`{a: ${value}}`, `[${value}]`, `{\n${inner}a: b}`, `[\n${inner}${value}\n${inner}]`])}`;
  }),
};

const DOCUMENTS: Record<string, Mutation> = {
  "another separator": (text, random) => {
    const places = [...text.matchAll(/^---[^\n]*$/gm)];
    const place = random.pickAny(places);
    const separator = random.pick(SEPARATORS);
    if (place === undefined) return `${separator}\n${text}`;
    return text.slice(0, place.index) + separator + text.slice(place.index + place[0].length);
  },
  "separator put in": (text, random) => insertLine(text, random, random.pick(SEPARATORS)),
  "separator at the start": (text, random) => `${random.pick(SEPARATORS)}\n${text}`,
  "separator at the end": (text, random) => `${text}${random.pick(SEPARATORS)}${random.pick(["\n", ""])}`,
  "mark at a start": (text, random) => {
    const places = [0, ...[...text.matchAll(/^(?:---[^\n]*\n)/gm)].map((found) => found.index + found[0].length)];
    const place = random.pickAny(places) ?? 0;
    return `${text.slice(0, place)}\ufeff${text.slice(place)}`;
  },
  "document in braces": (text, random) => {
    const documents = text.split(/^(?=---)/m);
    const at = random.below(documents.length);
    return documents.with(at, inBraces(documents[at] ?? "", random)).join("");
  },
  "documents swapped": (text, random) => {
    const documents = text.split(/^---\n/m);
    const [one, other] = [random.below(documents.length), random.below(documents.length)];
    return documents
      .with(one, documents[other] ?? "")
      .with(other, documents[one] ?? "")
      .join("---\n");
  },
  "document in a List": (text, random) => {
    const documents = text.split(/^---\n/m);
    const at = random.below(documents.length);
    const kind = random.pick(["List", "MetricPipelineList", "DaemonSetList", "Other", "list"]);
    const inner = (documents[at] ?? "").replace(/^(?=[^\n])/gm, "  ").replace(/^ {2}(?=[^\s#])/m, "- ");
    return documents.with(at, `apiVersion: v1\nkind: ${kind}\nitems:\n${inner}`).join("---\n");
  },
};

const LINE_BREAKS: Record<string, Mutation> = {
  CRLF: (text) => text.replaceAll(/\r?\n/g, "\r\n"),
  "UTF-16": (text) => (/^[\0-\x7f]*$/.test(text) ? `\udcff\udcfe${text.replaceAll(/[^]/g, "$&\0")}` : text),
  "all CR": (text) => text.replaceAll("\n", "\r"),
  "mixed CRLF": (text, random) => text.replaceAll("\n", (found) => (random.below(2) === 0 ? found : "\r\n")),
  "another line break": (text, random) => {
    const place = random.pickAny([...text.matchAll(/\n/g)]);
    return place ? text.slice(0, place.index) + random.pick(BREAKS) + text.slice(place.index + 1) : text;
  },
  "line break put in": (text, random) => {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + random.pick([...BREAKS, "\n"]) + text.slice(at);
  },
  "line break in a comment": (text, random) => {
    const rest = random.pick(["kind: MetricPipeline", "  kind: DaemonSet", "x: y", " more", "---", "- x", ""]);
    return insertLine(text, random, `${random.pick(["", "  ", "    "])}# c${random.pick(BREAKS)}${rest}`);
  },
  "line break at a start": (text, random) =>
    text.replace(random.pick([/^(?=kind)/m, /^(?=\s+name)/m, /^(?=-)/m, /(?=---)/]), random.pick(BREAKS)),
  "no final line break": (text) => text.trimEnd(),
  "more at the end": (text, random) =>
    text + random.pick(["\n\n", "  ", "\t", "# c", "#", "\0", "\ufeff", "  # c\n", " \n", "...\n", "\u0085"]),
};

const CHARACTERS: Record<string, Mutation> = {
  "character deleted": (text, random) => {
    const at = random.below(text.length);
    return text.slice(0, at) + text.slice(at + 1);
  },
  "characters deleted": (text, random) => {
    const at = random.below(text.length);
    return text.slice(0, at) + text.slice(at + random.below(20));
  },
  "character put in": (text, random) => {
    const at = random.below(text.length + 1);
    const character = random.pick(PUT_IN);
    return text.slice(0, at) + character + text.slice(at);
  },
  "characters doubled": (text, random) => {
    const at = random.below(text.length);
    const end = at + 1 + random.below(30);
    return text.slice(0, end) + text.slice(at);
  },
  "quote deleted": (text, random) => {
    const place = random.pickAny([...text.matchAll(/["']/g)]);
    return place ? text.slice(0, place.index) + text.slice(place.index + 1) : text;
  },
  cut: (text, random) => text.slice(0, random.below(text.length)),
  "cut at a line": (text, random) =>
    text
      .split("\n")
      .slice(0, -1 - random.below(8))
      .join("\n") + random.pick(["", "\n"]),
};

const WHOLE_LINES: Record<string, Mutation> = {
  "lines put in": onPair(({ lead, margin, key, value }, random) => {
    const line = `${lead}${key}: ${value}`.trimEnd();
    const put = random.pick(LINES).split("\n");
    const inner = random.pick([margin, margin, margin, "", `${margin}  `]);
    const isFirst = lead.includes("-") && random.below(2) === 0;
    if (isFirst)
      return [`${lead}${put[0]}`, ...put.slice(1).map((more) => inner + more), `${margin}${key}: ${value}`].join("\n");
    // Text that goes on at less than its key's margin is read by Go in quotes and brackets alone.
    const rest =
      random.below(3) === 0 ? put.slice(1).map((more) => more.trimStart()) : put.slice(1).map((more) => inner + more);
    const lines = [inner + (put[0] ?? ""), ...rest];
    return lead.includes("-") || random.below(2) === 0 ? [line, ...lines].join("\n") : [...lines, line].join("\n");
  }),
  "line at the root": (text, random) => insertLine(text, random, random.pick(LINES)),
  "line deleted": onLine(() => []),
  "line doubled": onLine((line) => [line, line]),
  "line indented": onLine((line, random) => [random.pick([" ", "  ", "\t"]) + line]),
  "line outdented": onLine((line, random) => [line.slice(random.pick([1, 2, 2]))]),
  "tab for blanks": onLine((line) => [line.replace(/ {2}/, "\t")]),
  "line cut": onLine((line, random) => [line.slice(0, random.below(line.length + 1))]),
  "lines swapped": (text, random) => {
    const lines = text.split("\n");
    const at = random.below(lines.length - 1);
    return lines.toSpliced(at, 2, lines[at + 1] ?? "", lines[at] ?? "").join("\n");
  },
  "line moved": (text, random) => {
    const lines = text.split("\n");
    const [line = ""] = lines.splice(random.below(lines.length), 1);
    return lines.toSpliced(random.below(lines.length), 0, line).join("\n");
  },
  "part in braces": (text, random) => {
    const lines = text.split("\n");
    const at = random.below(lines.length);
    const [, margin, key] = /^( *)([\w./-]+):\r?$/.exec(lines[at] ?? "") ?? [];
    if (margin === undefined || key === undefined) return text;
    const after = lines.slice(at + 1);
    const count = after.findIndex(
      (line) => line.trim() !== "" && !line.startsWith(`${margin} `) && !line.startsWith(`${margin}- `),
    );
    const part = after.slice(0, count === -1 ? after.length : count);
    const made = inBraces(`${part.join("\n")}\n`, random).trimEnd();
    const indent = random.pick([`${margin}  `, "", margin]);
    return lines
      .toSpliced(at, 1 + part.length, `${margin}${key}: ${made.trim().replaceAll("\n", `\n${indent}`)}`)
      .join("\n");
  },
};

const LISTS: Record<string, Mutation> = {
  "results before items": (text, random) => text.replace(/^(?=items)/m, random.pick(RESULTS)),
  "results at the start": (text, random) => random.pick(RESULTS) + text,
  "results at the end": (text, random) => text + random.pick(RESULTS),
  "functionConfig put in": (text, random) => text.replace(/^(?=items)/m, random.pick(CONFIGS)),
  "functionConfig at the end": (text, random) => text + random.pick(CONFIGS),
  "another items key": (text, random) =>
    text.replace(
      /^items:/m,
      random.pick([
        "items :",
        '"items":',
        "items: # c",
        "items: !!seq",
        "items: &i",
        "items:\t",
        "? items\n:",
        "items:\n",
        "!!str items:",
        "items: []\nitems:",
        "Items:",
        "items:\n# c\n",
        "items: {}\nother:",
        "&i items:",
      ]),
    ),
  "items twice": (text, random) =>
    text +
    random.pick([
      "items: []\n",
      "items:\n- kind: Secret\n",
      "items: ~\n",
      "other: []\n",
      "- kind: Secret\n  apiVersion: v1\n",
    ]),
  "another head": (text, random) =>
    text.replace(
      random.pick([/^kind: ResourceList/m, /^apiVersion: \S+/m]),
      random.pick([
        "kind : ResourceList",
        'kind: "ResourceList"',
        "kind: !!str ResourceList",
        "kind: >-\n  ResourceList",
        "kind: List",
        "? kind\n: ResourceList",
        '"kind": ResourceList',
        "kind: ResourceList # c",
        "kind: &r ResourceList",
        "apiVersion: v1",
        "<<: {kind: ResourceList}",
      ]),
    ),
  "all indented": (text) => text.replaceAll(/^(?=[^\n])/gm, " "),
  "all in braces": inBraces,
  "item in braces": (text, random) => {
    const start = text.search(/^items:/m);
    if (start === -1) return text;
    const items = text.slice(start).split(/^(?=- )/m);
    if (items.length < 2) return text;
    const at = 1 + random.below(items.length - 1);
    const made = inBraces((items[at] ?? "").replace(/^- /, "  "), random);
    return (
      text.slice(0, start) +
      items.with(at, made === items[at] ? made : `- ${made.trimStart().replaceAll(/\n(?=.)/g, "\n  ")}`).join("")
    );
  },
  "item in a List": (text, random) => {
    const start = text.search(/^items:/m);
    if (start === -1) return text;
    const items = text.slice(start).split(/^(?=- )/m);
    const at = 1 + random.below(Math.max(1, items.length - 1));
    if (items[at] === undefined) return text;
    const inner = items[at].replace(/^(?=[^\n])/gm, "  ");
    return text.slice(0, start) + items.with(at, `- apiVersion: v1\n  kind: List\n  items:\n${inner}`).join("");
  },
  "elements that are no maps": (text, random) =>
    text.replace(
      /^(?=- )/m,
      random.pick(["- ~\n", "-\n", "- x\n", "- []\n", "- - x\n", "- {}\n", "- !!null\n", "- kind\n"]),
    ),
  "dash alone": (text, random) => {
    const places = [...text.matchAll(/^- /gm)];
    const place = random.pickAny(places);
    if (place === undefined) return text;
    return (
      text.slice(0, place.index) +
      random.pick(["-\n  ", "- # c\n  ", "-   ", "-\t", "- !!map\n  ", "- &i\n  ", "- ? a\n  : b\n  ", "-\n\n  "]) +
      text.slice(place.index + 2)
    );
  },
};

/** Mutations that only make sense in a ResourceList. */
export const LIST_ONLY = new Set(
  Object.keys(LISTS).filter((name) => name !== "all in braces" && name !== "all indented"),
);

/** Mutations of a kind; one that stands here twice is taken twice as often. */
export const GROUPS: [Record<string, Mutation>, ...Record<string, Mutation>[]] = [
  KEYS,
  KEYS,
  VALUES,
  VALUES,
  VALUES,
  DOCUMENTS,
  DOCUMENTS,
  LINE_BREAKS,
  CHARACTERS,
  WHOLE_LINES,
  WHOLE_LINES,
  LISTS,
];

/** The mutations by their names. */
export const MUTATIONS = new Map(GROUPS.flatMap((group) => Object.entries(group)));

/** The same value in flow style or JSON, where it can be read. */
function inBraces(text: string, random: Random): string {
  try {
    const [, separator = "", body = ""] = /^(---[^\n]*\n)?([^]*)$/.exec(text) ?? [];
    const json = JSON.stringify(parse(body, { logLevel: "silent" }), null, random.pick([0, 2])) as string | undefined;
    if (json === undefined) return text;
    const flow = json.replaceAll(/"([a-zA-Z]\w*)"/g, (quoted: string, word: string) =>
      /^(?:y|n|yes|no|on|off|true|false|null)$/i.test(word) ? quoted : word,
    );
    return `${separator}${random.pick([json, flow.replaceAll(/":(?! )/g, '": ').replaceAll(/(\w):(?=[\w"[{])/g, "$1: ")])}\n`;
  } catch {
    return text;
  }
}
