import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitText, widthOf } from "../../src/explain/fit-text.ts";
import type { Explanation, Flow } from "../../src/explain/flow.ts";
import { printSvg } from "../../src/explain/print-svg.ts";
import { runProgram } from "../program.ts";

const mesh = readFileSync(new URL("fixtures/mesh.yaml", import.meta.url), "utf8");

/** Widths of the printable ASCII characters from the space on, in thousandths of an em: DejaVu Sans 2.37 and its bold. */
const DEJAVU =
  "318 401 460 838 636 950 780 275 390 390 500 838 318 361 318 337 636 636 636 636 636 636 636 636 636 636 337 337 838 838 838 531 1000 684 686 698 770 632 575 775 752 295 295 656 557 863 748 787 603 787 695 635 611 732 684 989 685 611 685 390 337 390 838 500 500 613 635 550 635 615 352 635 634 278 278 579 278 974 634 612 635 635 411 521 392 634 592 818 592 592 525 636 337 636 838";
const DEJAVU_BOLD =
  "348 456 521 838 696 1002 872 306 457 457 523 838 380 415 380 365 696 696 696 696 696 696 696 696 696 696 400 400 838 838 838 580 1000 774 762 734 830 683 683 821 837 372 372 775 637 995 837 850 733 850 770 720 682 812 774 1103 771 724 725 457 365 457 838 500 500 675 716 593 716 678 435 716 712 343 343 665 343 1042 712 687 716 716 493 595 478 712 652 924 645 652 582 712 365 712 838";

function flow(fields: Partial<Flow> = {}): Flow {
  const decider = { id: "not-included", way: "direct", sentence: "no rule", source: "run.go" } as const;
  return {
    kind: "scrape",
    by: "input prometheus",
    target: "Pod/a/b",
    protocol: "http",
    port: 8080,
    place: "in the mesh",
    decider,
    unless: [],
    tls: "none",
    ...fields,
  };
}

function draw(flows: readonly Flow[], gaps: readonly string[] = []): string {
  const explanation: Explanation = {
    agent: "kyma-system/agent",
    flows,
    includedPorts: [],
    certificates: undefined,
    gaps,
  };
  return printSvg(explanation);
}

/** The tags of a text that is XML, in order; the test fails where it is not. */
function tagsOf(svg: string): string[] {
  const open: string[] = [];
  const tags = [...svg.matchAll(/<(\/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<&]*")*)(\/?)>/g)];
  for (const [, closes, name, , isEmpty] of tags) {
    if (closes === "/") {
      if (open.pop() !== name) throw new Error(`</${name}> closes what is not open`);
    } else if (isEmpty === "" && name !== undefined) open.push(name);
  }
  expect(open).toEqual([]);
  const rest = svg.replaceAll(/<\/?[a-z]+(?: [a-zA-Z:-]+="[^"<&]*")*\/?>/g, "");
  expect(rest.replaceAll(/&#\d+;/g, "")).not.toMatch(/[<>&]|[\u0000-\u0009\u000b-\u001f]|\p{Cs}/u);
  return tags.map(([, , name]) => name ?? "");
}

/** The selectors of a style sheet that give a colour, with what they colour. */
function coloured(style: string): Set<string> {
  const rules = [...style.matchAll(/([^{}]+)\{([^{}]*#[^{}]*)\}/g)].flatMap(([, selectors = "", rule = ""]) =>
    selectors
      .split(",")
      .flatMap((selector) => [...rule.matchAll(/(fill|stroke): #/g)].map(([, what]) => `${selector.trim()} ${what}`)),
  );
  return new Set(rules);
}

describe("the picture", () => {
  test("holds every line of a box within the box, even in the widest of the usual fonts", () => {
    const long = "http://a-very-long-name.of-a-service.in-a-namespace-with-a-long-name.svc.cluster.local:4317";
    const svg = draw([
      flow({ target: long }),
      flow({ kind: "export", by: "WWWWWWWWWW".repeat(9), target: "m".repeat(200) }),
    ]);
    const boxes = svg.matchAll(
      /<rect class="box" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)" [^>]*>((?:\n<text.*)+)/g,
    );
    let lines = 0;
    for (const [, x, y, width, height, inside] of boxes) {
      for (const [, style, size, left, base, text] of (inside ?? "").matchAll(
        /<text class="(\w+)" font-size="(\d+)" x="(\d+)" y="(\d+)">([^<]*)</g,
      )) {
        const ems = (/name|way|warn/.test(style ?? "") ? DEJAVU_BOLD : DEJAVU).split(" ");
        const thousandths = Array.from(text ?? "", (char) => Number(ems[char.charCodeAt(0) - 32] ?? 1100));
        const right = Number(left) + (thousandths.reduce((sum, each) => sum + each, 0) * Number(size)) / 1000;
        expect(right, text).toBeLessThan(Number(x) + Number(width));
        expect(Number(base)).toBeGreaterThan(Number(y));
        expect(Number(base)).toBeLessThan(Number(y) + Number(height));
        lines += 1;
      }
    }
    expect(lines).toBeGreaterThan(12);
  });

  test("is well-formed and shows markup as text, whatever stands in the input", () => {
    const texts = fc.string({ unit: "binary", maxLength: 40 });
    fc.assert(
      fc.property(texts, texts, (target, by) => {
        expect(tagsOf(draw([flow({ target, by })], [target]))).toEqual(
          expect.arrayContaining(["svg", "title", "desc", "style"]),
        );
      }),
    );
    const svg = draw([flow({ target: `<script>alert("1")</script>&'` })]);
    expect(tagsOf(svg)).not.toContain("script");
    expect(svg).toContain("&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#38;&#39;");
  });

  test("needs nothing from elsewhere and tells people who do not see it what it shows", () => {
    const svg = draw([flow()]);
    expect(svg).not.toMatch(/href|url\(|@import|@font-face|<script|<image|<foreignObject/);
    expect(svg).toMatch(
      /^<svg [^>]*role="img"[^>]*>\n<title>Flows of kyma-system\/agent, after the rewrite<\/title>\n<desc>1 flow\. /,
    );
  });

  test("has a colour for the dark wherever it has one for the light", () => {
    const [light = "", dark = ""] =
      /<style>([^]*)<\/style>/.exec(draw([flow()]))?.[1]?.split("@media (prefers-color-scheme: dark)") ?? [];
    expect(coloured(light).size).toBeGreaterThan(8);
    expect(coloured(dark)).toEqual(coloured(light));
  });

  test("tells the ways apart by shape and line, not by colour alone", () => {
    const decider = { id: "included-port", way: "sidecar", sentence: "its port", source: "run.go" } as const;
    const svg = draw([flow({ kind: "export", decider }), flow()]);
    const radii = [...svg.matchAll(/<g class="(sidecar|direct)">\n<rect class="box" [^>]*rx="(\d+)"/g)];
    expect(radii.map(([, way, radius]) => `${way} ${radius}`)).toEqual([
      "sidecar 12",
      "direct 0",
      "sidecar 12",
      "direct 0",
    ]);
    expect(svg).toMatch(/\.direct \.line \{[^}]*stroke-dasharray/);
    expect(svg).not.toMatch(/\.sidecar \.line \{[^}]*stroke-dasharray/);
    expect(svg).toContain("through the sidecar: included-port");
    expect(svg).toContain("direct: not-included");
  });

  test.each([
    ["on one port", (at: number) => flow({ target: `Pod/a/${at}` }), "200 scrapes", "port 8080 "],
    [
      "on ports of their own",
      (at: number) => flow({ target: `Pod/a/${at}`, port: 1024 + at }),
      "200 scrapes",
      "ports 1024, 1025, 1026 and 197 more",
    ],
    [
      "unlike each other in all",
      (at: number) => flow({ target: `Pod/a/${at}`, tls: `tls ${at}` }),
      "200 scrapes",
      "TLS: tls 0, tls 1, tls 2 and 197 more",
    ],
  ])("takes many scrapes together that are %s, and stays small", (_, each, title, detail) => {
    const svg = draw([flow({ kind: "export" }), ...Array.from({ length: 200 }, (_unused, at) => each(at))]);
    expect(svg).toContain(`>${title}<`);
    expect(svg).toContain(">Scrapes: 200<");
    expect(svg).toContain(detail);
    expect(Number(/ height="(\d+)"/.exec(svg)?.[1])).toBeLessThan(800);
    expect(svg.length).toBeLessThan(10_000);
  });

  test("shows ten flows of a purpose each by itself", () => {
    const svg = draw(Array.from({ length: 10 }, (_, at) => flow({ target: `Pod/a/${at}` })));
    for (let at = 0; at < 10; at += 1) expect(svg).toContain(`>Pod/a/${at}<`);
  });

  test("is the same from every call", () => {
    const drawn = runProgram(["explain", "--format", "svg"], mesh);
    expect(drawn.status).toBe(0);
    expect(drawn.stdout.toString()).toBe(readFileSync(new URL("fixtures/mesh.svg", import.meta.url), "utf8"));
    expect(draw([flow()])).toBe(draw([flow()]));
  });
});

describe("a text", () => {
  const printable = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at));

  test.each([
    ["plain", false, DEJAVU],
    ["bold", true, DEJAVU_BOLD],
  ])("is taken for no narrower than the widest font draws it: %s", (_, bold, widths) => {
    const real = widths.split(" ").map(Number);
    expect(printable.filter((char, at) => widthOf(char, { size: 1000, bold }) < (real[at] ?? 0))).toEqual([]);
  });

  test("is broken after a dot and cut with an ellipsis where it does not fit", () => {
    expect(fitText("collector.observability", { size: 10 }, 100, 2)).toEqual(["collector.", "observability"]);
    expect(fitText("x".repeat(100), { size: 10 }, 60, 2).at(-1)).toMatch(/^x+…$/);
  });
});
