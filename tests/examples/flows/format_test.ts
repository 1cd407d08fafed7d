import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { FlowRow } from "../../../examples/flows/output/flow_row.ts";
import { formatFlows } from "../../../examples/flows/output/format.ts";
import { formatBytes } from "../../../examples/flows/output/table.ts";

function row(changes: Partial<FlowRow> = {}): FlowRow {
  return {
    protocol: 6,
    source: "10.0.0.1",
    sourcePort: 80,
    destination: "10.0.0.2",
    destinationPort: 1000,
    packets: 2n,
    bytes: 3000n,
    firstSeen: 1_000_000n,
    lastSeen: 3_500_000n,
    flags: 0x112,
    ...changes,
  };
}

const lines = (format: "table" | "tsv" | "json", rows: FlowRow[]) => [...formatFlows(format, rows)];

describe("formatFlows()", () => {
  it("formatFlows() sorts numbers as numbers and addresses as text", () => {
    const rows = [
      row({ protocol: 17 }),
      row({ source: "9.0.0.1" }),
      row({ source: "::1" }),
      row({ sourcePort: 9 }),
      row({ destination: "10.0.0.10" }),
      row({ destinationPort: 200 }),
      row(),
      row({ protocol: 2 }),
    ];
    assertEquals(
      lines("tsv", rows).slice(1).map((line) => line.split("\t").slice(0, 5).join(" ")),
      [
        "2 10.0.0.1 80 10.0.0.2 1000",
        "6 10.0.0.1 9 10.0.0.2 1000",
        "6 10.0.0.1 80 10.0.0.10 1000",
        "6 10.0.0.1 80 10.0.0.2 200",
        "6 10.0.0.1 80 10.0.0.2 1000",
        "6 9.0.0.1 80 10.0.0.2 1000",
        "6 ::1 80 10.0.0.2 1000",
        "17 10.0.0.1 80 10.0.0.2 1000",
      ],
    );
  });

  it("formatFlows() writes tsv", () => {
    assertEquals(lines("tsv", [row({ bytes: 2n ** 60n })]), [
      "protocol\tsource\tsource_port\tdestination\tdestination_port\tpackets\tbytes\tfirst_us\tlast_us\ttcp_flags",
      "6\t10.0.0.1\t80\t10.0.0.2\t1000\t2\t1152921504606846976\t1000000\t3500000\t274",
    ]);
  });

  it("formatFlows() writes json with the columns' names", () => {
    assertEquals(JSON.parse(lines("json", []).join("\n")), []);
    assertEquals(
      JSON.parse(lines("json", [row({ protocol: 17 }), row()]).join("\n")),
      [6, 17].map((protocol) => ({
        protocol,
        source: "10.0.0.1",
        source_port: 80,
        destination: "10.0.0.2",
        destination_port: 1000,
        packets: 2,
        bytes: 3000,
        first_us: 1000000,
        last_us: 3500000,
        tcp_flags: 274,
      })),
    );
  });

  it("formatFlows() shows a table of the twenty flows with the most bytes", () => {
    const rows = Array.from(
      { length: 22 },
      (_, i) => row({ sourcePort: i, bytes: BigInt(i) * 1000n, source: "::1" }),
    );
    const table = lines("table", rows);
    assertEquals(table.length, 22);
    assertEquals(table.slice(0, 3), [
      "PROTOCOL  SOURCE    DESTINATION    PACKETS    BYTES  SECONDS  FLAGS",
      "TCP       [::1]:21  10.0.0.2:1000        2  21.0 kB    2.500  SAN",
      "TCP       [::1]:20  10.0.0.2:1000        2  20.0 kB    2.500  SAN",
    ]);
    assertEquals(table.at(-1), "... and 2 more");
  });
});

describe("formatBytes()", () => {
  it("formatBytes() chooses the unit", () => {
    assertEquals([0, 999, 1000, 999_949, 999_950, 1.5e12].map(formatBytes), [
      "0 B",
      "999 B",
      "1.0 kB",
      "999.9 kB",
      "1.0 MB",
      "1.5 TB",
    ]);
  });
});
