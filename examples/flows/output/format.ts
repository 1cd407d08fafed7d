import { compareByBytes, compareFlows, type FlowRow } from "./flow_row.ts";
import { formatTable } from "./table.ts";

export const FORMATS = ["table", "tsv", "json"] as const;
export type Format = typeof FORMATS[number];

const COLUMNS = [
  "protocol",
  "source",
  "source_port",
  "destination",
  "destination_port",
  "packets",
  "bytes",
  "first_us",
  "last_us",
  "tcp_flags",
];

/** The lines of a report; it may sort `rows`. */
export function formatFlows(format: Format, rows: FlowRow[]): Iterable<string> {
  switch (format) {
    case "tsv":
      return tsv(rows.sort(compareFlows));
    case "json":
      return json(rows.sort(compareFlows));
    case "table":
      return formatTable(rows.sort(compareByBytes));
  }
}

/** A flow as an object with the columns' names, as JSON text. */
export function flowToJson(row: FlowRow): string {
  // By hand: all numbers are whole, and a bigint is as good a JSON number as any.
  const fields = values(row).map((value, i) =>
    `"${COLUMNS[i]}":${typeof value === "string" ? JSON.stringify(value) : value}`
  );
  return `{${fields.join(",")}}`;
}

function* tsv(rows: FlowRow[]): Iterable<string> {
  yield COLUMNS.join("\t");
  for (const row of rows) yield values(row).join("\t");
}

function* json(rows: FlowRow[]): Iterable<string> {
  yield "[";
  for (let i = 0; i < rows.length; i++) {
    yield `  ${flowToJson(rows[i])}${i + 1 < rows.length ? "," : ""}`;
  }
  yield "]";
}

function values(row: FlowRow): (number | bigint | string)[] {
  return [
    row.protocol,
    row.source,
    row.sourcePort,
    row.destination,
    row.destinationPort,
    row.packets,
    row.bytes,
    row.firstSeen,
    row.lastSeen,
    row.flags,
  ];
}
