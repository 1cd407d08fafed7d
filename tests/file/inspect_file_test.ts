import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { type FileView, inspectFile } from "../../src/file/mod.ts";
import type { Snapshot } from "../../mod.ts";
import { resultOf } from "../join/run_program.ts";
import { runtime } from "../stress/scale.ts";
import { Random } from "../support/random.ts";
import { until } from "../support/until.ts";
import { makeFolder, Writers } from "./writers.ts";

const folder = makeFolder();
const READER = new URL("./programs/inspected_reader.ts", import.meta.url);
const isRoot = process.getuid?.() === 0;
let files = 0;
const newPath = () => `${folder}/${files++}.stats`;

const writers = new Writers();
const views = new Set<FileView>();

function open(path: string): FileView {
  const view = inspectFile(path);
  views.add(view);
  return view;
}

/** Throws if a snapshot shows what no program has written. Returns numbers that never fall. */
function check({ metrics }: Snapshot, writers: number): number[] {
  const pairs = metrics.pair.series.map(({ value }) => {
    const { one, two, three } = value as { one: number; two: number; three: bigint };
    assertEquals([two, three], [2 * one, BigInt(3 * one)]);
    return one;
  });
  for (const { labels, value } of metrics.churn.series) {
    const number = parseInt(labels.value!);
    assertEquals(labels.value, `${number}${" and so on".repeat(number % 9)}`);
    assertEquals((value as number) % number, 0, `${value} in ${number}`);
  }
  for (const { labels } of metrics.sizes.series) {
    assert(/^a route whose name needs an extent [0-6]$/.test(labels.route!), labels.route);
  }
  const level = metrics.level.series[0].value as number;
  assert(level % 5 === 0 && level <= 5 * writers, `the gauge is ${level}`);
  const jobs = metrics.jobs.series.map(({ value }) => value as number);
  const sizes = metrics.sizes.series.map(({ value }) => (value as { count: number }).count);
  return [metrics.updates.series[0].value as number, ...jobs, ...sizes, ...pairs];
}

describe("inspectFile()", () => {
  /** A file whose processes have ended. */
  let dead: string;

  beforeAll(async () => {
    dead = newPath();
    await writers.end(await writers.start(dead, "before", 50));
  });

  afterEach(async () => {
    for (const view of views) view.close();
    views.clear();
    await writers[Symbol.asyncDispose]();
  });

  afterAll(() => fs.rmSync(folder, { recursive: true }));

  it("shows what living processes count, whole and never less", async () => {
    const path = newPath();
    await writers.start(path, "one");
    await writers.start(path, "two");
    const view = open(path);
    await until(() => view.snapshot().metrics.pair.series.length > 200);
    let last: number[] = [];
    for (let n = 0; n < 60; n++) {
      const now = check(view.snapshot({ perThread: n % 2 === 0 }), 2);
      last.forEach((value, at) => assert(now[at] >= value, `${now[at]} after ${value}`));
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { metrics } = view.snapshot();
    assertEquals(metrics.level.series[0].value, 10);
    assertEquals(metrics.latest.series[0].value, 7);
    const threads = view.threads().map(({ name, state }) => `${name} ${state}`);
    assertEquals(threads.sort(), ["one active", "two active"]);
    assertEquals(view.processes().map(({ isAlive }) => isAlive), [true, true]);
  });

  it("retires the slots of killed processes, without their gauges, with their counts", async () => {
    const path = newPath();
    const one = await writers.start(path, "one");
    const two = await writers.start(path, "two");
    const view = open(path);
    const before = check(view.snapshot(), 2);
    await writers.end(one, "SIGKILL");
    await until(() => view.snapshot().metrics.level.series[0].value === 5);
    // Nobody is left who could free the slot of this one in the file.
    await writers.end(two, "SIGKILL");
    await until(() => view.snapshot().metrics.level.series[0].value === 0);
    assertEquals(view.threads().map(({ state }) => state), ["retired", "retired"]);
    assertEquals(view.processes().map(({ isAlive }) => isAlive), [false, false]);
    const snapshot = view.snapshot();
    const now = check(snapshot, 0);
    before.forEach((value, at) => assert(now[at] >= value, `${now[at]} after ${value}`));
    assertEquals(view.missing(), []);
    assertEquals(view.snapshot().metrics, snapshot.metrics);
  });

  it("shows all of a file whose processes have ended, and writes nothing to it", () => {
    const bytes = fs.readFileSync(dead);
    const { mtimeMs } = fs.statSync(dead);
    const view = open(dead);
    const snapshot = view.snapshot({ threadTotals: true });
    check(snapshot, 0);
    assertEquals(snapshot.metrics.updates.series[0].value, 50 * 200);
    assertEquals(snapshot.metrics.updates.threads, [{ thread: "before", slot: 0, value: 10_000 }]);
    assertEquals(snapshot.metrics.updates.definition.help, "Updates");
    assertEquals(snapshot.metrics.pair.series.length, 201);
    assertEquals(view.threads(), [{ slot: 0, name: "before", state: "retired" }]);
    assertEquals(fs.statSync(dead).mtimeMs, mtimeMs);
    assert(fs.readFileSync(dead).equals(bytes), "the file has changed");
  });

  it("stays on the file that it has opened when that is removed or replaced", async () => {
    const path = newPath();
    const writer = await writers.start(path, "first");
    const view = open(path);
    fs.unlinkSync(path);
    const [before] = check(view.snapshot(), 1);
    await until(() => check(view.snapshot(), 1)[0] > before);
    fs.copyFileSync(dead, `${path}.new`);
    fs.renameSync(`${path}.new`, path);
    await until(() => check(view.snapshot(), 1)[0] > before);
    assertEquals(view.threads()[0].name, "first");
    assertEquals(open(path).threads()[0].name, "before");
    await writers.end(writer, "SIGKILL");
  });

  it("needs no right to write", { ignore: !isRoot || runtime === "deno" }, async () => {
    const path = newPath();
    fs.copyFileSync(dead, path);
    fs.chownSync(path, 65534, 65534);
    fs.chmodSync(path, 0o400);
    fs.chmodSync(folder, 0o755);
    const { updates } = await resultOf(READER, [path, "65534"]);
    assertEquals(updates, 10_000);
    fs.chownSync(path, 1, 1);
    await assertRejects(
      () => resultOf(READER, [path, "65534"]),
      Error,
      "it must be a readable file",
    );
  });

  it("needs no permission on Deno but to read", { ignore: runtime !== "deno" }, async () => {
    // Below /dev Deno asks for all permissions.
    const elsewhere = fs.mkdtempSync(`${tmpdir()}/inspect-`);
    const path = `${elsewhere}/read.stats`;
    await writers.end(await writers.start(path, "living"), "SIGKILL");
    const seen = await resultOf(READER, [path], [`--allow-read=${elsewhere}`]);
    // Nor can it read the list of locks, so it believes the slots.
    assertEquals(seen.threads, ["living active"]);
    assertEquals(seen.level, 5);
    assertEquals(seen.processes, [null]);
    assertEquals((await resultOf(READER, [path])).threads, ["living retired"]);
    fs.rmSync(elsewhere, { recursive: true });
  });

  it("takes the processes of an earlier run of the system for ended", () => {
    const path = newPath();
    fs.copyFileSync(dead, path);
    const descriptor = fs.openSync(path, "r+");
    fs.writeSync(descriptor, new TextEncoder().encode("0".repeat(36)), 0, 36, 64);
    fs.closeSync(descriptor);
    assertEquals(open(path).processes().map(({ isAlive }) => isAlive), [false]);
  });

  it("refuses what is no whole file with statistics, by name", () => {
    const bytes = fs.readFileSync(dead);
    const path = newPath();
    const refused = (content: Uint8Array | string, required: string, kind = TypeError) => {
      fs.writeFileSync(path, content);
      assertThrows(() => inspectFile(path), kind, `Cannot inspect the file ${path}: ${required}`);
    };
    refused("", "it must be a file with statistics, got an empty file");
    refused("name,value\n1,2\n", "it must be a file with statistics, got another file");
    refused(new Uint8Array(100_000), "it must be a file with statistics, got another file");
    refused(bytes.subarray(0, 40_000), "it must be whole, got 40000 bytes");
    refused(bytes.subarray(0, 65536), "it must be whole, got 65536 bytes");
    refused(bytes.subarray(0, 66_000), "it must be whole, got");
    refused(bytes.subarray(0, 400_000), "it must be whole, got 334464 bytes of");
    const changed = (offset: number, byte: number) => {
      const copy = Uint8Array.from(bytes);
      copy[offset] = byte;
      return copy;
    };
    refused(changed(4, 99), "its format must be 1, got 99");
    refused(changed(8, 1), "its layout must be 4, got 1");
    refused(changed(34, bytes[34] ^ 2), "its header must be intact, got a damaged one");
    refused(changed(65536, 1), "its memory must be intact, got a damaged one");
    refused(changed(65536 + 4, 1), "its layout must be 4, got 1");
    refused(changed(65536 + 9, bytes[65545] ^ 64), "its header must be intact, got a damaged one");
    fs.rmSync(path);
    const text = `Cannot inspect the file ${path}: it must be a readable file, got ENOENT`;
    assertThrows(() => inspectFile(path), Error, text);
    fs.mkdirSync(path);
    assertThrows(() => inspectFile(path), TypeError, "it must be a regular file, got another kind");
    fs.rmdirSync(path);
    if (process.platform === "linux") {
      // Opening it would wait for a writer.
      execFileSync("mkfifo", [path]);
      assertThrows(() => inspectFile(path), TypeError, "it must be a regular file");
      fs.rmSync(path);
    }
  });

  it("notices that the file was truncated while it was open", () => {
    const path = newPath();
    fs.copyFileSync(dead, path);
    const view = open(path);
    view.snapshot();
    fs.truncateSync(path, 100_000);
    assertThrows(() => view.snapshot(), TypeError, "it must be whole, got 34464 bytes of");
    assertThrows(() => view.threads(), TypeError, "it must be whole, got 34464 bytes of");
  });

  it("gives an error or a view of a file with damaged bytes", () => {
    const bytes = fs.readFileSync(dead);
    const path = newPath();
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    let refused = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const random = new Random(seed);
      const copy = Int32Array.from(words);
      for (let n = 1 + random.below(4); n > 0;) {
        const at = random.below(4) === 0 ? random.below(200) : random.below(copy.length);
        if (copy[at] === 0 && random.below(100) > 0) continue;
        copy[at] = random.pick([
          random.below(2 ** 32) | 0,
          random.below(copy.length / 2),
          words[random.below(words.length)],
          ...[-1, 0, 1, copy[at] ^ 2 ** random.below(32)],
        ]);
        n--;
      }
      fs.writeFileSync(path, new Uint8Array(copy.buffer));
      try {
        const view = open(path);
        view.threads();
        view.processes();
        view.snapshot({ perThread: true, threadTotals: true });
      } catch (error) {
        assertInstanceOf(error, Error);
        assert(error.message.startsWith("Cannot "), `seed ${seed}: ${error.stack}`);
        refused++;
      }
    }
    assert(refused > 0 && refused < 150, `${refused} of 150 refused`);
  });

  it("closes the file once, and throws afterwards", () => {
    const view = open(dead);
    view.close();
    view.close();
    assertThrows(() => view.snapshot(), Error, "the view must be open, got one that was closed");
    assertThrows(() => view.threads(), Error, "the view must be open");
    assertThrows(() => view.processes(), Error, "the view must be open");
    assertEquals(view.missing(), []);
  });

  it("refuses paths that are none, and options that are none", () => {
    for (const path of [undefined, null, 1, {}, [], Symbol("path"), "", "a\0b"]) {
      assertThrows(() => inspectFile(path as string), TypeError, "the path must be a text");
    }
    const view = open(dead);
    assertThrows(() => view.snapshot({ other: true } as never), TypeError, "other");
  });
});
