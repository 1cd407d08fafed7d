import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { formatFlows } from "../../../examples/flows/output/format.ts";
import { packetsOf } from "./packets_of.ts";
import { plainFlows } from "./plain_flows.ts";

const FIXTURES = [
  "loopback_50.pcapng",
  "loopback_50_ns.pcap",
  "cut.pcapng",
  "ipv6.pcapng",
  "merged.pcapng",
];

describe("captures made by Wireshark's tools", () => {
  for (const name of FIXTURES) {
    it(`plainFlows() of ${name} equals tshark's table, gzipped or not`, async () => {
      const content = await readFile(new URL(`./data/${name}`, import.meta.url));
      const table = new URL(`./data/${name.replace(/\.\w+$/, "")}.flows.tsv`, import.meta.url);
      const expected = await readFile(table, "utf8");
      for (const bytes of [content, gzipSync(content)]) {
        const { packets, error } = await packetsOf(bytes);
        assertEquals(error, undefined);
        assertEquals([...formatFlows("tsv", plainFlows(packets))].join("\n") + "\n", expected);
      }
    });
  }
});
