import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { plainBlock, plainFull } from "../../src/cli/plain.ts";
import { Model } from "../../src/dashboard/shared/model.ts";
import { full, NOW, thread } from "./model.ts";

const looks = { hasSigns: true, hasColors: false };

describe("plain lines", () => {
  it("plainBlock() has one line for each thread and metric, with tabs", () => {
    assertEquals(
      plainBlock(new Model(full()), NOW, looks),
      [
        "21:04:36\tverdict\tworker-1 is stuck\t4.00 k updates/s",
        "21:04:36\tthread\tmain\tmoving\t4.00 k/s",
        "21:04:36\tthread\tworker-1\tstuck\t0 /s\tno update for 3.1 s",
        "21:04:36\tmetric\tpackets\tcounter\t16.0 k/s\t↗ 114 %",
        "21:04:36\tmetric\trequests\tcounter\t6 /s",
        "21:04:36\tmetric\tlatency\thistogram\t8.04 ms",
        "\n",
      ].join("\n"),
    );
  });

  it("plainBlock() lets no name break its lines", () => {
    const threads = [thread(0, "a\tb\nc\x1b[2J", "stuck")];
    const block = plainBlock(new Model(full({ threads, metrics: [] })), NOW, looks);
    assertEquals(block.split("\n").length, 4);
    assertEquals(block.split("\n")[1].split("\t")[2], "a\ufffdb\ufffdc\ufffd[2J");
  });

  it("plainFull() has text for labels", () => {
    const series = {
      ...{ m: "requests", dict: [["/"], ["200"]], ids: "0-1", labels: ["0 ~", "0 ~"] },
      ...{ values: ["a 5"], rates: ["2s"], overflow: 1 },
    };
    const message = plainFull(full({ series })) as { series: unknown; title: string };
    assertEquals(message.title, "flows");
    assertEquals(message.series, {
      ...{ m: "requests", overflow: 1 },
      rows: [
        {
          id: 0,
          labels: { route: "/", status: "200" },
          values: { value: 10 },
          rates: { value: 1 },
        },
        {
          id: 1,
          labels: { route: null, status: null },
          values: { value: 5 },
          rates: { value: null },
        },
      ],
    });
  });
});
