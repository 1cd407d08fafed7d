import type { FlowRow } from "./flow_row.ts";

/** How many flows a table shows. */
export const TABLE_ROWS = 20;

const PROTOCOL_NAMES: Record<number, string> = {
  1: "ICMP",
  2: "IGMP",
  6: "TCP",
  17: "UDP",
  33: "DCCP",
  47: "GRE",
  50: "ESP",
  51: "AH",
  58: "ICMPv6",
  89: "OSPF",
  132: "SCTP",
  136: "UDPLite",
};
/** From the lowest bit: FIN, SYN, RST, PSH, ACK, URG, ECE, CWR, AE. */
const FLAG_LETTERS = "FSRPAUECN";

/** The first rows for people to read. */
export function* formatTable(rows: FlowRow[]): Iterable<string> {
  const cells = [["PROTOCOL", "SOURCE", "DESTINATION", "PACKETS", "BYTES", "SECONDS", "FLAGS"]];
  for (const row of rows.slice(0, TABLE_ROWS)) {
    cells.push([
      PROTOCOL_NAMES[row.protocol] ?? String(row.protocol),
      endpoint(row.source, row.sourcePort),
      endpoint(row.destination, row.destinationPort),
      String(row.packets),
      formatBytes(Number(row.bytes)),
      (Number(row.lastSeen - row.firstSeen) / 1e6).toFixed(3),
      formatFlags(row.flags),
    ]);
  }
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  for (const row of cells) {
    // Numbers end at the same place, texts start there.
    const padded = row.map((cell, i) =>
      i >= 3 && i <= 5 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])
    );
    yield padded.join("  ").trimEnd();
  }
  const more = rows.length - TABLE_ROWS;
  if (more > 0) yield `... and ${more} more`;
}

/** A number of bytes with three or four digits and a unit. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  while (bytes >= 999.95 && unit < units.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}

function endpoint(address: string, port: number): string {
  if (port === 0) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function formatFlags(flags: number): string {
  let text = "";
  for (let bit = 0; bit < FLAG_LETTERS.length; bit++) {
    if (flags & (1 << bit)) text += FLAG_LETTERS[bit];
  }
  return text;
}
