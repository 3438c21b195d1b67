import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { describe, expect, test } from "vitest";

/** The browser that the tests start: CHROMIUM names its file, else it is looked up on PATH. */
const chromium = [process.env["CHROMIUM"], "chromium", "chromium-browser"].find(
  (name) => name !== undefined && spawnSync(name, ["--version"]).status === 0,
);

/** A page in a real browser, as the DevTools protocol moves it (chromedevtools.github.io/devtools-protocol). */
export interface Page {
  /** What an expression is in the page, as JSON carries it. */
  ask<Answer>(expression: string): Promise<Answer>;
  /** Presses keys by their names (`Tab`, `a`, `Enter`). */
  press(...keys: readonly string[]): Promise<void>;
  /** Writes a text where the keyboard is. */
  type(text: string): Promise<void>;
  colourScheme(scheme: "light" | "dark"): Promise<void>;
}

/** Defines tests that need a browser; without one they are skipped loudly, or fail with `REQUIRE_HOSTS=1`. */
export function withBrowser(title: string, tests: () => void): void {
  if (chromium !== undefined) return void describe(title, tests);
  const remedy = "install Debian's chromium, or name its file in CHROMIUM";
  if (process.env["REQUIRE_HOSTS"] === "1") {
    test(`${title}: a browser is there`, () => expect.unreachable(remedy));
    return;
  }
  console.warn(`MISSING: chromium, so that these are not run: ${title}; ${remedy}`);
  describe.skip(title, tests);
}

/** Opens a file, lets the work look at it, and ends the browser. */
export async function inBrowser(file: string, work: (page: Page) => Promise<void>): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), "intercept-backends-browser-"));
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--remote-debugging-pipe",
    `--user-data-dir=${profile}`,
  ];
  const browser = spawn(chromium ?? "chromium", [...flags, "about:blank"], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    // A group of its own: its helpers write to the profile, and have to end with it.
    detached: true,
  });
  const ended = new Promise((resolve) => browser.once("close", resolve));
  try {
    await work(await openPage(browser.stdio[3] as Writable, browser.stdio[4] as Readable, file));
  } finally {
    if (browser.pid !== undefined) process.kill(-browser.pid, "SIGKILL");
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

type Answer = Record<string, unknown>;

async function openPage(out: Writable, back: Readable, file: string): Promise<Page> {
  const waiting = new Map<number, { resolve: (result: Answer) => void; reject: (error: Error) => void }>();
  const loaded = { resolve: (): void => {} };
  const isLoaded = new Promise<void>((resolve) => (loaded.resolve = resolve));
  let buffer = "";
  back.setEncoding("utf8").on("data", (piece: string) => {
    const messages = (buffer + piece).split("\0");
    buffer = messages.pop() ?? "";
    for (const message of messages) {
      const { id, result, error, method } = JSON.parse(message) as {
        id?: number;
        result?: Answer;
        error?: { message: string };
        method?: string;
      };
      if (method === "Page.loadEventFired") loaded.resolve();
      const caller = id === undefined ? undefined : waiting.get(id);
      if (error) caller?.reject(new Error(error.message));
      else caller?.resolve(result ?? {});
    }
  });
  let last = 0;
  const call = (method: string, params: object = {}, sessionId?: string): Promise<Answer> => {
    const id = ++last;
    out.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  };
  const { targetId } = await call("Target.createTarget", { url: "about:blank" });
  const { sessionId } = (await call("Target.attachToTarget", { targetId, flatten: true })) as { sessionId: string };
  const ask = (method: string, params: object = {}): Promise<Answer> => call(method, params, sessionId);
  await ask("Page.enable");
  await ask("Page.navigate", { url: `file://${file}` });
  await isLoaded;
  return {
    async ask<Wanted>(expression: string): Promise<Wanted> {
      const params = { expression, returnByValue: true, awaitPromise: true };
      const { result, exceptionDetails } = await ask("Runtime.evaluate", params);
      if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
      return (result as { value: Wanted }).value;
    },
    async press(...keys) {
      for (const key of keys) {
        const text = key.length === 1 ? key : key === "Enter" ? "\r" : undefined;
        const windowsVirtualKeyCode = { Tab: 9, Enter: 13, Escape: 27, ArrowRight: 39 }[key] ?? 0;
        const pressed = { key, code: key, windowsVirtualKeyCode, ...(text && { text }) };
        await ask("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", ...pressed });
        await ask("Input.dispatchKeyEvent", { type: "keyUp", ...pressed });
      }
    },
    async type(text) {
      await ask("Input.insertText", { text });
    },
    async colourScheme(value) {
      await ask("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value }] });
    },
  };
}
