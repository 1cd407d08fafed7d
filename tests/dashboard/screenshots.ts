/**
 * Pictures of the live page, for the README and to be laid beside its design: `deno task
 * screenshots [FOLDER]`. Takes a good minute, as the lines need to have been lived through.
 *
 * The fonts are those of the machine: Debian's `fonts-noto-core` gives the ones of the design.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import process from "node:process";
import type { Listener } from "../support/listen.ts";
import { Browser, type OpenedPage, type Playwright } from "./browser.ts";
import { HANGS_SECONDS, type Scene, startScene } from "./scenes.ts";
import { serveLive } from "./shop.ts";
import { smallPng } from "./small_png.ts";

interface Picture {
  readonly name: string;
  readonly scene: Scene;
  readonly place: string;
  readonly options?: Playwright.BrowserContextOptions;
  /** What to do before it is taken. */
  readonly prepare?: (page: Playwright.Page) => Promise<unknown>;
}

const size = (width: number, height: number) => ({
  viewport: { width, height },
});

const PICTURES: readonly Picture[] = [
  // These first: how long a thread hangs is part of the picture.
  {
    name: "threads",
    scene: "stuck",
    place: "#/threads?at=5",
    options: size(1280, 800),
  },
  {
    name: "phone",
    scene: "stuck",
    place: "#/",
    options: { ...size(390, 1180), deviceScaleFactor: 2 },
  },
  { name: "light", scene: "moving", place: "#/", options: size(1280, 800) },
  {
    name: "dark",
    scene: "moving",
    place: "#/",
    options: { ...size(1280, 800), colorScheme: "dark" },
  },
  {
    name: "histogram",
    scene: "moving",
    place: "#/m/latency",
    options: size(1280, 720),
    prepare: async (page) => {
      const chart = page.locator("section[data-testid=chart] .u-over");
      await chart.hover({ position: { x: 200, y: 150 } });
      await chart.hover({ position: { x: 360, y: 150 } });
      await page.waitForTimeout(300);
    },
  },
  {
    name: "labelled",
    scene: "moving",
    place: "#/m/requests?q=status:503+api",
    prepare: async (page) => {
      await page.getByTestId("series-scroller").evaluate((box) =>
        (box as HTMLElement).focus({ preventScroll: true })
      );
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.waitForTimeout(1000);
    },
  },
  { name: "records", scene: "moving", place: "#/m/flow?q=tcp+443" },
  { name: "empty", scene: "empty", place: "#/", options: size(1280, 800) },
];

/** Where they go. */
const folder = process.argv[2] ??
  fileURLToPath(new URL("../../docs/images", import.meta.url));

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await using stack = new AsyncDisposableStack();
  const browser = stack.use(await Browser.start());
  const servers = new Map<Scene, Listener>();
  const started = performance.now();
  for (const scene of new Set(PICTURES.map((picture) => picture.scene))) {
    const { stats } = stack.use(startScene(scene));
    servers.set(
      scene,
      stack.use(await serveLive(stats as never, { title: "flows" })),
    );
  }
  const opened: [Picture, OpenedPage][] = [];
  for (const picture of PICTURES) {
    const { url } = servers.get(picture.scene)!;
    // The name of the machine is shown: all machines call this one so.
    const address = url.replace("127.0.0.1", "localhost") + picture.place;
    opened.push([
      picture,
      stack.use(await browser.open(address, picture.options)),
    ]);
  }
  const wait = started + (HANGS_SECONDS + 4) * 1000 - performance.now();
  await new Promise((resolve) => setTimeout(resolve, wait));
  const taken: [string, Uint8Array][] = [];
  const shoot = async (name: string, page: Playwright.Page) => {
    // What it says to screen readers is not part of the picture.
    await page.getByTestId("announcer").evaluate((node) => node.classList.remove("shown"));
    taken.push([name, await page.screenshot()]);
  };
  for (const [{ name, prepare }, { page }] of opened) {
    await prepare?.(page);
    await shoot(name, page);
  }
  const [, { page }] = opened.find(([{ name }]) => name === "light")!;
  await servers.get("moving")![Symbol.asyncDispose]();
  await page.getByTestId("banner").waitFor();
  await page.waitForTimeout(12_000);
  await shoot("disconnected", page);
  // Only now: it takes time, in which the servers would stand still.
  for (const [name, png] of taken) {
    const path = `${folder}/${name}.png`;
    writeFileSync(path, smallPng(png));
    console.log(path);
  }
}

await main();
process.exit(0);
