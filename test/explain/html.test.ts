import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { explainFiles } from "../../src/cli/explain.ts";
import { printHtml } from "../../src/explain/print-html.ts";
import { agent, config, pipeline } from "../argocd/manifests.ts";
import { folderWith } from "../folders.ts";
import { oneFile } from "../stream/open.ts";
import { inBrowser, withBrowser, type Page } from "./browser.ts";

const mesh = readFileSync(new URL("fixtures/mesh.yaml", import.meta.url), "utf8");

async function pageOf(text: string): Promise<string> {
  const { text: page } = await explainFiles(oneFile(text), { format: "html", withColour: false });
  return page;
}

/** The rows that are shown, as text. */
const SHOWN = `[...document.querySelectorAll("tbody tr")].filter((row) => row.checkVisibility()).map((row) => row.innerText)`;

describe("the page", () => {
  test("has everything in it, and names in the input are text there", async () => {
    const page = await pageOf(mesh);
    expect(page).toMatch(/^<!doctype html>\n/);
    expect(page.match(/\bsrc(?:set)?=|@import|url\(/g)).toBeNull();
    expect(
      [...page.matchAll(/href="([^"#]*)/g)].map(([, address]) => address).filter((address) => address !== ""),
    ).toEqual([]);
    const evil = printHtml(
      [{ agent: "<script>alert(1)</script>", flows: [], includedPorts: [], certificates: undefined, gaps: ["<b>"] }],
      [{ warning: "id", line: "<img onerror=x>", url: 'https://example.com/"><b>' }],
    );
    expect(evil.match(/<script>/g)).toHaveLength(1);
    expect(evil).not.toMatch(/<(?:b|img)\b/);
  });

  test("links a warning to its page where the address is known", () => {
    const warning = { warning: "udp-port", line: "a", url: "https://example.com/udp-port.md" };
    expect(printHtml([], [warning])).toContain('<li>a <a href="https://example.com/udp-port.md">udp-port</a></li>');
    expect(printHtml([], [{ ...warning, url: undefined }])).toContain("<li>a</li>");
  });

  test("shows several agents, each with its own rules", async () => {
    const page = await pageOf(
      [agent("front"), agent("back"), config("front", "front"), config("back", "back"), pipeline()].join("---\n"),
    );
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

async function open(work: (page: Page) => Promise<void>): Promise<void> {
  await inBrowser(join(folderWith({ "flows.html": await pageOf(mesh) }), "flows.html"), work);
}

withBrowser("the page in a browser", () => {
  test("filters by word, way and kind, with the keyboard alone", () =>
    open(async (page) => {
      const all = await page.ask<string[]>(SHOWN);
      expect(all.length).toBeGreaterThan(5);
      await page.press("/");
      expect(await page.ask("document.activeElement.type")).toBe("search");
      await page.type("9090");
      const wanted = all.filter((text) => text.includes("9090"));
      expect(wanted.length).toBeGreaterThan(0);
      expect(await page.ask(SHOWN)).toEqual(wanted);
      expect(await page.ask("document.querySelector('output').value")).toBe(`${wanted.length} of ${all.length} flows`);
      await page.type("no such");
      expect(await page.ask("document.querySelector('.none').checkVisibility()")).toBe(true);
      await page.press("Escape");
      expect(await page.ask(SHOWN)).toEqual(all);
      // The radio buttons come next, and arrows choose among them.
      await page.press("Tab", "ArrowRight");
      const through = all.filter((text) => text.includes("through the"));
      expect(await page.ask(SHOWN)).toEqual(through);
      await page.press("ArrowRight");
      expect(await page.ask(SHOWN)).toEqual(all.filter((text) => !through.includes(text)));
      await page.press("Tab", " ");
      const kind = await page.ask<string>("document.activeElement.value");
      expect(await page.ask("document.activeElement.checked")).toBe(false);
      expect(await page.ask(SHOWN)).toEqual(
        all.filter((text) => !through.includes(text) && !text.startsWith(`${kind}:`)),
      );
    }));

  test("goes from a flow to its rule with the keyboard", () =>
    open(async (page) => {
      await page.ask("document.querySelector('tbody a').focus()");
      const target = await page.ask<string>("document.activeElement.getAttribute('href')");
      await page.press("Enter");
      expect(await page.ask("location.hash")).toBe(target);
      expect(await page.ask("document.querySelector('dt:target').textContent")).toMatch(/^[a-z-]+: /);
    }));

  test.each(["light", "dark"] as const)("can be read in %s surroundings", (scheme) =>
    open(async (page) => {
      await page.colourScheme(scheme);
      const texts = "h1, p, th, td, td code, .way, td a, dd, label, legend, output, li";
      const colours = await page.ask<{ text: string; ink: string; paper: string }[]>(`
        [...document.querySelectorAll(${JSON.stringify(texts)})].map((element) => {
          let paper = "rgba(0, 0, 0, 0)";
          for (let at = element; at && paper === "rgba(0, 0, 0, 0)"; at = at.parentElement) paper = getComputedStyle(at).backgroundColor;
          return { text: element.textContent, ink: getComputedStyle(element).color, paper };
        })`);
      expect(colours.length).toBeGreaterThan(30);
      const faint = colours.filter(({ ink, paper }) => contrast(ink, paper) < 4.5);
      expect(faint).toEqual([]);
      expect(luminance(colours[0]?.paper ?? "") > 0.5).toBe(scheme === "light");
    }),
  );

  test("fits a narrow window: only tables and pictures are wider", () =>
    open(async (page) => {
      await page.ask("document.documentElement.style.width = '360px'");
      const wide = await page.ask<string[]>(
        `[...document.querySelectorAll("main > section > :not(.scroll)")].filter((element) => element.scrollWidth > 360).map((element) => element.outerHTML.slice(0, 80))`,
      );
      expect(wide).toEqual([]);
    }));
});

/** Of a colour as browsers compute it (WCAG 2.2, relative luminance). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
