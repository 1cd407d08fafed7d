import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { until } from "../../support/until.ts";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { formatFlows } from "../../../examples/flows/output/format.ts";
import { type BuiltInterface, type BuiltPacket, concat, pcap, pcapng } from "./capture_builder.ts";
import { loopback, sll, sll2 } from "./frame_builder.ts";
import { ethernetFrames, ipv4Packets, ipv6Packets } from "./frames_of_all_kinds.ts";
import { packetsOf, withFile } from "./packets_of.ts";
import { plainFlows } from "./plain_flows.ts";
import { isTmuxMissing, Tmux } from "../../cli/command.ts";
import { assertLive, dataOf } from "../live.ts";
import {
  commandFor,
  EXAMPLE,
  type ProgramResult,
  resultOf,
  runMain,
  runMainWithInput,
  runMainWithOpenInput,
  startProgram,
  WITH_PACKAGES,
} from "./run_program.ts";

const CAPTURE = fileURLToPath(new URL("loopback.pcap.gz", EXAMPLE));
const HEADER =
  "protocol\tsource\tsource_port\tdestination\tdestination_port\tpackets\tbytes\tfirst_us\tlast_us\ttcp_flags\n";

function table(name: string): Promise<string> {
  return readFile(new URL(`./data/${name}.flows.tsv`, import.meta.url), "utf8");
}

function seeds(make: (seed: number) => Uint8Array[], count = 5): BuiltPacket[] {
  return Array.from({ length: count }, (_, seed) => make(seed)).flat()
    .map((frame, i) => ({ frame, time: 1_795_352_012_000_000n + BigInt(i) * 999n }));
}

/** Holds the program's table equal to the one a single thread makes with a `Map`. */
async function assertTable(content: Uint8Array, workers = 2): Promise<void> {
  const { packets } = await packetsOf(content);
  const expected = [...formatFlows("tsv", plainFlows(packets))].join("\n") + "\n";
  const { status, stdout, stderr } = await withFile(
    content,
    (path) => runMain(path, "--format", "tsv", "--workers", String(workers)),
  );
  assertEquals(status, 0, stderr);
  assertEquals(stdout, expected);
  assert(expected.length > HEADER.length);
  assertMatch(stderr, new RegExp(`^${packets.length} packets, `, "m"));
}

describe("main.ts tables", () => {
  for (const workers of [1, 2, 4]) {
    it(`main.ts prints tshark's table of the real capture with ${workers} workers`, async () => {
      const { status, stdout, stderr } = await runMain(
        CAPTURE,
        "--workers",
        String(workers),
        "--format",
        "tsv",
      );
      assertEquals(status, 0, stderr);
      assertEquals(stdout, await table("loopback"));
      assertMatch(
        stderr,
        /^18309 packets, 11868752 bytes, 288 flows, 0 malformed, .* packets\/s$/m,
      );
    });
  }

  it("main.ts prints tshark's tables of captures from other tools", async () => {
    for (
      const name of [
        "loopback_50.pcapng",
        "loopback_50_ns.pcap",
        "cut.pcapng",
        "ipv6.pcapng",
        "merged.pcapng",
      ]
    ) {
      const path = fileURLToPath(new URL(`./data/${name}`, import.meta.url));
      const { status, stdout, stderr } = await runMain(path, "--format", "tsv");
      assertEquals(status, 0, stderr);
      assertEquals(stdout, await table(name.replace(/\.\w+$/, "")));
    }
  });

  it("main.ts reads both byte orders, nanoseconds and VLAN tags, gzipped or not", async () => {
    const packets = seeds(ethernetFrames);
    const nano = packets.map((packet) => ({ ...packet, time: packet.time! * 1000n + 1n }));
    await assertTable(pcap(packets));
    await assertTable(pcap(packets, { littleEndian: false }));
    await assertTable(gzipSync(pcap(nano, { littleEndian: false, nanoseconds: true })));
    await assertTable(pcapng(packets));
    await assertTable(
      gzipSync(pcapng(nano, { littleEndian: false, interfaces: [{ resolution: 9 }] })),
    );
  });

  it("main.ts reads Linux cooked, raw IP and BSD loopback", async () => {
    const both = (wrap: (type: number, packet: Uint8Array) => Uint8Array) => (seed: number) => [
      ...ipv4Packets(seed).map((packet) => wrap(0x0800, packet)),
      ...ipv6Packets(seed).map((packet) => wrap(0x86dd, packet)),
    ];
    await assertTable(pcap(seeds(both(sll)), { linkType: 113 }));
    await assertTable(pcap(seeds(both(sll2)), { linkType: 276 }));
    await assertTable(pcap(seeds(both((_, packet) => packet)), { linkType: 101 }));
    const families = both((type, packet) => loopback(type === 0x0800 ? 2 : 30, true, packet));
    await assertTable(pcap(seeds(families), { linkType: 0 }));
    await assertTable(pcap(seeds(families), { linkType: 108 }));
  });

  it("main.ts shares many slices out to many workers", async () => {
    const packets = seeds(ethernetFrames, 700);
    await assertTable(pcap(packets), 5);
    const sections = Array.from(
      { length: 30 },
      (_, i) => pcapng(packets.slice(i, i + 50), { littleEndian: i % 2 === 0 }),
    );
    await assertTable(concat(...sections), 3);
  });

  it("main.ts counts packets without a time", async () => {
    const packets = seeds(ipv4Packets, 1).slice(0, 1).map((packet) => ({
      ...packet,
      block: "simple" as const,
    }));
    const content = pcapng(packets, { interfaces: [{ linkType: 101 }] });
    const { stdout } = await withFile(content, (path) => runMain(path, "--format", "tsv"));
    assertMatch(stdout, /\t1\t40\t0\t0\t0\n$/);
  });
});

describe("main.ts times", () => {
  const frames = ipv4Packets(1).slice(0, 2);
  const timesOf = async (times: bigint[][], interfaces: BuiltInterface[], format = "tsv") => {
    const packets = times.flatMap((of, flow) => of.map((time) => ({ frame: frames[flow], time })));
    const { stdout } = await withFile(
      pcapng(packets, { interfaces }),
      (path) => runMain(path, "--format", format, "--workers", "2"),
    );
    return stdout;
  };
  const columns = (text: string) =>
    text.trimEnd().split("\n").slice(1).map((line) => line.split("\t").slice(7, 9));

  it("main.ts prints times exactly that no number holds", async () => {
    const most = 2n ** 64n - 1n;
    const micro = [{ linkType: 101 }];
    assertEquals(
      columns(await timesOf([[most, most - 1n, most - 2n], [2n ** 53n + 1n, 5n]], micro)),
      [[`${most - 2n}`, `${most}`], ["5", "9007199254740993"]],
    );
    // Which of two is the earlier one is seen in the last digit alone, or in the first.
    assertEquals(
      columns(
        await timesOf(
          [[2n ** 60n + 1n, 2n ** 60n, 2n ** 60n + 2n], [2n ** 62n, 2n ** 54n + 1n]],
          micro,
        ),
      ),
      [[`${2n ** 60n}`, `${2n ** 60n + 2n}`], [`${2n ** 54n + 1n}`, `${2n ** 62n}`]],
    );
    assertEquals(
      columns(
        await timesOf([[10n ** 15n + 7n, 10n ** 15n + 8n]], [{ linkType: 101, resolution: 0 }]),
      ),
      [["1000000000000007000000", "1000000000000008000000"]],
    );
    assertEquals(
      columns(await timesOf([[3n, 4n]], [{ linkType: 101, offsetSeconds: -(2n ** 63n) }])),
      [["-9223372036854775807999997", "-9223372036854775807999996"]],
    );
    assertMatch(await timesOf([[most]], micro, "json"), /"first_us":18446744073709551615,/);
  });

  it("main.ts merges the exact times of all workers", async () => {
    const frame = frames[0];
    // Far more than a slice, so that each worker has its share; neither end is first or last.
    const count = 30_000;
    const base = 2n ** 63n;
    const packets = Array.from({ length: count }, (_, i) => ({
      frame,
      time: base + BigInt((i * 7919) % count),
    }));
    const { status, stdout, stderr } = await withFile(
      pcapng(packets, { interfaces: [{ linkType: 101 }] }),
      (path) => runMain(path, "--format", "tsv", "--workers", "4"),
    );
    assertEquals(status, 0, stderr);
    assertEquals(columns(stdout), [[`${base}`, `${base + BigInt(count - 1)}`]]);
  });
});

describe("main.ts pipes", () => {
  const expect = async (run: Promise<ProgramResult>, expected: string) => {
    const { status, stdout, stderr } = await run;
    assertEquals([status, stdout], [0, expected], stderr);
  };

  it("main.ts reads standard input, gzipped or not, in pieces of any size", async () => {
    const gzipped = await readFile(CAPTURE);
    const expected = await table("loopback");
    for (const content of [gzipped, gunzipSync(gzipped)]) {
      await expect(runMainWithInput([content], "-", "--format", "tsv", "--workers=2"), expected);
    }
    const pieces = [
      gzipped.subarray(0, 1),
      gzipped.subarray(1, 2),
      gzipped.subarray(2, 40),
      gzipped.subarray(40),
    ];
    await expect(runMainWithInput(pieces, "-", "--format=tsv"), expected);
  });

  it("main.ts names what is wrong with standard input", async () => {
    const empty = await runMainWithInput([], "-", "--format=tsv");
    assertEquals([empty.status, empty.stdout], [1, HEADER]);
    assertMatch(empty.stderr, /^flows: standard input: EmptyCaptureError: .* byte 0\b/);
    const gzipped = await readFile(CAPTURE);
    const garbage = concat(gzipped, Uint8Array.of(1));
    const damaged = await runMainWithInput([garbage], "-", "--format=tsv");
    assertEquals([damaged.status, damaged.stdout], [1, await table("loopback")]);
    assertMatch(damaged.stderr, new RegExp(`DamagedCaptureError: .* byte ${gzipped.length}, `));
  });

  it("main.ts ends at damage though the writer of its input does not", async () => {
    const content = concat(pcap([]), new Uint8Array(2_000_000).fill(0xff));
    const { status, stderr } = await runMainWithOpenInput(content, "-");
    assertEquals(status, 1);
    assertMatch(stderr, /DamagedCaptureError: .* byte 24\b/);
  });

  it(
    "main.ts reads named pipes, gzipped or not",
    { ignore: process.platform === "win32" },
    async () => {
      const gzipped = await readFile(CAPTURE);
      const folder = await mkdtemp(join(tmpdir(), "flows-test-"));
      try {
        const path = join(folder, "pipe");
        assertEquals(spawnSync("mkfifo", [path]).status, 0);
        for (const content of [gzipped, gunzipSync(gzipped)]) {
          const run = runMain(path, "--format", "tsv", "--workers", "2");
          await writeFile(path, content);
          await expect(run, await table("loopback"));
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});

describe("main.ts formats", () => {
  it("main.ts prints a table of the top flows", async () => {
    const { status, stdout } = await runMain(CAPTURE);
    assertEquals(status, 0);
    const lines = stdout.trimEnd().split("\n");
    assertEquals(lines.length, 22);
    assertMatch(lines[0], /^PROTOCOL +SOURCE +DESTINATION +PACKETS +BYTES +SECONDS +FLAGS$/);
    assertEquals(lines[21], "... and 268 more");
  });

  it("main.ts prints JSON with the columns of the tsv", async () => {
    const { stdout } = await runMain(CAPTURE, "--format", "json");
    const [header, ...lines] = (await table("loopback")).trimEnd().split("\n");
    const columns = header.split("\t");
    const expected = lines.map((line) =>
      Object.fromEntries(
        line.split("\t").map((text, i) => [
          columns[i],
          columns[i] === "source" || columns[i] === "destination" ? text : Number(text),
        ]),
      )
    );
    assertEquals(JSON.parse(stdout), expected);
  });

  it("main.ts explains wrong arguments", async () => {
    for (
      const args of [[], [CAPTURE, "--format", "xml"], [CAPTURE, "--workers", "0"], ["--what"]]
    ) {
      const { status, stdout, stderr } = await runMain(...args);
      assertEquals(status, 2);
      assertEquals(stdout, "");
      assertMatch(stderr, /^flows: [^]*\n\nUsage: flows FILE /);
    }
  });
});

describe("main.ts damage", () => {
  const run = (content: Uint8Array) =>
    withFile(content, (path) => runMain(path, "--format", "tsv", "--workers", "2"));

  it("main.ts names a file that is no capture", async () => {
    const cases: [Uint8Array, string][] = [
      [new Uint8Array(0), "EmptyCaptureError"],
      [new TextEncoder().encode("no capture at all"), "NotACaptureError"],
      [pcap([]).subarray(0, 20), "TruncatedCaptureError"],
    ];
    for (const [content, name] of cases) {
      const { status, stdout, stderr } = await run(content);
      assertEquals(status, 1);
      assertMatch(stderr, new RegExp(`${name}: .* byte 0\\b`));
      assertEquals(stdout, HEADER);
    }
    const missing = await runMain("/no/such/file");
    assertEquals(missing.status, 1);
    assertMatch(missing.stderr, /ENOENT/);
  });

  it("main.ts reports what is before the damage", async () => {
    const packets = seeds(ethernetFrames, 100);
    const whole = pcap(packets);
    const before = pcap(packets.slice(0, -1));
    const expected =
      [...formatFlows("tsv", plainFlows((await packetsOf(before)).packets))].join("\n") + "\n";
    const bad = whole.slice();
    bad.fill(0xff, before.length + 8, before.length + 12);
    const cases: [Uint8Array, string][] = [
      [whole.subarray(0, before.length + 3), "TruncatedCaptureError"],
      [whole.subarray(0, before.length + 20), "TruncatedCaptureError"],
      [bad, "DamagedCaptureError"],
      [gzipSync(bad), "DamagedCaptureError"],
    ];
    for (const [content, name] of cases) {
      const { status, stdout, stderr } = await run(content);
      assertEquals(status, 1);
      assertMatch(stderr, new RegExp(`${name}: .* byte ${before.length}\\b`));
      assertMatch(stderr, new RegExp(`^${packets.length - 1} packets, `, "m"));
      assertEquals(stdout, expected);
    }
  });

  it("main.ts reports what a cut or damaged gzip file still has", async () => {
    const gzipped = await readFile(CAPTURE);
    const plain = gunzipSync(gzipped);
    const wrong = (at: number) => {
      const copy = Uint8Array.from(gzipped);
      copy[gzipped.length + at] ^= 1;
      return copy;
    };
    const cases: [Uint8Array, RegExp][] = [
      [gzipped.subarray(0, -1), new RegExp(`Truncated.* byte ${gzipped.length - 1}, `)],
      [wrong(-8), new RegExp(`Damaged.* byte ${gzipped.length - 8}, .*CRC`)],
      [wrong(-4), new RegExp(`Damaged.* byte ${gzipped.length - 4}, .*length`)],
      [
        concat(gzipped, Uint8Array.of(0, 0, 7)),
        new RegExp(`Damaged.* byte ${gzipped.length + 2},`),
      ],
      [
        concat(gzipped, gzipped.subarray(0, 10)),
        new RegExp(`Truncated.* byte ${gzipped.length + 10}`),
      ],
    ];
    for (const [content, message] of cases) {
      const { status, stdout, stderr } = await run(content);
      assertEquals(status, 1);
      assertMatch(stderr, message);
      assertMatch(stderr, new RegExp(`after byte ${plain.length} of its content: `));
      assertEquals(stdout, await table("loopback"));
    }
    const padded = await run(concat(gzipped, new Uint8Array(100_000)));
    assertEquals([padded.status, padded.stdout], [0, await table("loopback")]);
  });

  it("main.ts refuses versions that it does not know by name, and has no flows", async () => {
    const refused = await run(pcap(seeds(ethernetFrames, 1), { version: [2, 2] }));
    assertEquals([refused.status, refused.stdout], [1, HEADER]);
    assertMatch(refused.stderr, /UnsupportedCaptureError: .* got version 2\.2$/m);
  });

  it("main.ts counts malformed packets, and fails at link types that it does not know", async () => {
    const packets = [{ frame: new Uint8Array([0x45, 0]) }, { frame: new Uint8Array(0) }];
    const malformed = await run(pcap(packets, { linkType: 228 }));
    assertEquals([malformed.status, malformed.stdout], [0, HEADER]);
    assertMatch(malformed.stderr, /^2 packets, 2 bytes, 0 flows, 2 malformed, /m);
    const unknown = await run(pcap(packets, { linkType: 105 }));
    assertEquals([unknown.status, unknown.stdout], [1, HEADER]);
    assertMatch(unknown.stderr, /UnsupportedCaptureError: .* byte 24: .* link type 105\b/);
    assertMatch(unknown.stderr, /^2 packets, 2 bytes, 0 flows, 0 malformed, /m);
    const none = await run(pcap([], { linkType: 105 }));
    assertEquals([none.status, none.stdout], [0, HEADER]);
  });

  it("main.ts counts the rest beside packets of unknown link types, and names every damage", async () => {
    const known = seeds(ethernetFrames, 3).map((packet) => ({ ...packet, interface: 1 }));
    const unknown = { frame: new Uint8Array(60), interface: 0 };
    const interfaces = [{ linkType: 127 }, {}, { linkType: 200 }];
    const expected =
      [...formatFlows("tsv", plainFlows((await packetsOf(pcapng(known, { interfaces }))).packets))]
        .join("\n") + "\n";
    const unused = await run(pcapng(known, { interfaces }));
    assertEquals([unused.status, unused.stdout], [0, expected]);
    assertMatch(unused.stderr, /^\d+ packets, [^\n]*\n$/);
    const content = pcapng([unknown, ...known, unknown], { interfaces });
    const mixed = await run(concat(content, new Uint8Array(7)));
    assertEquals([mixed.status, mixed.stdout], [1, expected]);
    assertMatch(mixed.stderr, /UnsupportedCaptureError: .* got link type 127; its packets \(2\)/);
    assertMatch(mixed.stderr, new RegExp(`TruncatedCaptureError: .* byte ${content.length}:`));
    assertMatch(mixed.stderr, new RegExp(`^${known.length + 2} packets, `, "m"));
  });
});

describe("main.ts workers", () => {
  const crash = (...args: string[]) =>
    resultOf(startProgram(new URL("./crash_program.ts", import.meta.url), args));

  it("run() ends with an error when workers break down", async () => {
    const content = pcap(seeds(ethernetFrames, 700));
    await withFile(content, async (path) => {
      for (const workers of ["1", "3"]) {
        const { stdout } = await crash(path, workers, "./crashing_worker.ts");
        assertMatch(
          stdout,
          /^WorkerError: Cannot go on: worker-\d must run to the end, got Error: .*no more/,
        );
      }
      const { stdout } = await crash(path, "2", "./no_such_worker.ts");
      assertMatch(stdout, /^WorkerError: Cannot go on: worker-\d must run to the end, got /);
      assertMatch(stdout, /"revoked"/);
    });
  });
});

describe("main.ts --serve", () => {
  it("main.ts serves totals until interrupted", async () => {
    const child = startProgram(new URL("main.ts", EXAMPLE), [
      CAPTURE,
      "--workers=2",
      "--format=tsv",
      "--serve=0",
    ]);
    const result = resultOf(child);
    let said = "";
    const url = await new Promise<string>((resolve) => {
      child.stderr!.on("data", (text) => {
        said += text;
        if (said.includes("until interrupted")) resolve(/http:\S+/.exec(said)![0]);
      });
    });
    const response = await fetch(url);
    assertEquals(response.headers.get("content-type"), "application/json");
    const totals = await response.json();
    assertEquals(totals.state, "ended");
    assertEquals([totals.packets, totals.bytes, totals.flows, totals.progress], [
      18309,
      11868752,
      288,
      1,
    ]);
    assertEquals(
      totals.threads.reduce((sum: number, thread: { packets: number }) => sum + thread.packets, 0),
      18309,
    );
    assertEquals(totals.top.length, 20);
    assert(totals.top[0].bytes >= totals.top[1].bytes);
    const scrape = await fetch(`${url}metrics?name[]=packets_total`);
    assertEquals(scrape.status, 200);
    assertMatch(await scrape.text(), /\npackets_total 18309\n$/);
    assertEquals((await fetch(`${url}else`)).status, 404);
    assertMatch(said, /^live page: http:\S+\/live\/$/m);
    await assertLive(`${url}live/`, "flows");
    const { metrics } = await dataOf(`${url}live/`);
    assertEquals(metrics.packets.total, 18309);
    // Not child.kill(): on Deno that reports a death by the signal even where it was handled.
    process.kill(child.pid!, "SIGINT");
    const { status, stdout } = await result;
    assertEquals(status, 0);
    assertEquals(stdout, await table("loopback"));
  });
});

describe("demo.ts", () => {
  it("demo.ts explains and ends", async () => {
    const { status, stdout } = await resultOf(startProgram(new URL("demo.ts", EXAMPLE), []));
    assertEquals(status, 0);
    assertMatch(stdout, /18,309 packets/);
    assertMatch(stdout, /^PROTOCOL +SOURCE/m);
    assert(!stdout.includes("http"), "nobody looks where there is no terminal");
  });

  it("demo.ts shows a live page in a terminal, and ends", { ignore: isTmuxMissing }, async () => {
    const command = commandFor(new URL("demo.ts", EXAMPLE));
    const size = { columns: 140, rows: 50 };
    await using terminal = new Tmux([], { ...size, command, env: WITH_PACKAGES });
    const shown = await terminal.shows(/Look at them live: http:\S+\/live\//);
    const url = /http:\S+/.exec(shown)![0];
    await assertLive(url, "flows");
    // The workers may not have begun when the address is shown.
    await until(async () => (await dataOf(url)).metrics.packets.total > 0);
    const { threads } = await dataOf(url);
    const names = threads.map(({ name }: { name: string }) => name);
    assertEquals(names.sort(), ["worker-1", "worker-2"]);
    const ended = await terminal.shows(/Try it on a capture of your own[^]*ended with 0/);
    assertMatch(ended, /18309 packets|\.\.\. and \d+ more/);
  });
});
