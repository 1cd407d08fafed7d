import { spawnSync } from "node:child_process";
import type { FlowRow } from "../../../examples/flows/output/flow_row.ts";
import { addToFlow } from "./plain_flows.ts";

/** What each extension header calls the header after it. */
const NEXT_FIELDS: Record<number, string> = {
  0: "ipv6.hopopts.nxt",
  43: "ipv6.routing.nxt",
  44: "ipv6.fraghdr.nxt",
  51: "ah.next_header",
  60: "ipv6.dstopts.nxt",
  135: "mip6.proto",
};
const PORT_FIELDS: Record<number, string> = {
  6: "tcp",
  17: "udp",
  33: "dccp",
  132: "sctp",
  136: "udp",
};
const FIELDS = [
  "frame.protocols",
  "frame.len",
  "frame.time_epoch",
  "ip.proto",
  "ip.src",
  "ip.dst",
  "ip.frag_offset",
  "ipv6.nxt",
  "ipv6.src",
  "ipv6.dst",
  "ipv6.fraghdr.offset",
  "tcp.flags",
  ...Object.values(NEXT_FIELDS),
  ...["tcp", "udp", "sctp", "dccp"].flatMap((name) => [`${name}.srcport`, `${name}.dstport`]),
];
/** Each fragment by itself, and nothing guessed from ports. */
const PREFERENCES = [
  "ip.defragment:FALSE",
  "ipv6.defragment:FALSE",
  "tcp.desegment_tcp_streams:FALSE",
];

/** Whether tshark is installed. */
export function hasTshark(): boolean {
  return spawnSync("tshark", ["--version"]).status === 0;
}

/** The flows of a capture as tshark sees them. */
export function tsharkFlows(path: string): FlowRow[] {
  const flows = new Map<string, FlowRow>();
  for (const row of tsharkPackets(path)) if (row !== undefined) addToFlow(flows, row);
  return [...flows.values()];
}

/** Each packet of a capture as a row, or undefined where tshark sees no IP addresses. */
export function tsharkPackets(path: string): (FlowRow | undefined)[] {
  const { stdout, status, stderr } = spawnSync("tshark", [
    "-n",
    "-r",
    path,
    "-T",
    "fields",
    ...PREFERENCES.flatMap((preference) => ["-o", preference]),
    ...FIELDS.flatMap((field) => ["-e", field]),
  ], { encoding: "utf8", maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`tshark ${path}: ${stderr}`);
  return stdout.split("\n").slice(0, -1).map((line) => packetOf(line.split("\t")));
}

function packetOf(values: string[]): FlowRow | undefined {
  const all = (field: string) =>
    values[FIELDS.indexOf(field)].split(",").filter((value) => value !== "");
  const number = (field: string) => Number(all(field)[0] ?? 0);
  // The outermost IP header counts, and ICMP errors and tunnels have more of them.
  const version = /:(ip|ipv6)(:|$)/.exec(":" + all("frame.protocols").join())?.[1];
  if (version === undefined) return undefined;
  const [source] = all(`${version}.src`);
  const [destination] = all(`${version}.dst`);
  if (source === undefined || destination === undefined) return undefined;
  const { protocol, later } = version === "ip"
    ? { protocol: number("ip.proto"), later: number("ip.frag_offset") > 0 }
    : lastHeader(all);
  const ports = later ? undefined : PORT_FIELDS[protocol];
  const [seconds, fraction = ""] = all("frame.time_epoch")[0].split(".");
  const time = BigInt(seconds) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  return {
    protocol,
    source,
    sourcePort: ports ? number(`${ports}.srcport`) : 0,
    destination,
    destinationPort: ports ? number(`${ports}.dstport`) : 0,
    packets: 1n,
    bytes: BigInt(number("frame.len")),
    firstSeen: time,
    lastSeen: time,
    flags: ports === "tcp" ? number("tcp.flags") : 0,
  };
}

function lastHeader(all: (field: string) => string[]): { protocol: number; later: boolean } {
  const remaining = Object.fromEntries(
    Object.entries(NEXT_FIELDS).map(([type, field]) => [type, all(field)]),
  );
  const offsets = all("ipv6.fraghdr.offset");
  let protocol = Number(all("ipv6.nxt")[0]);
  for (;;) {
    const isFragment = protocol === 44;
    const next = remaining[protocol]?.shift();
    if (next === undefined) return { protocol, later: false };
    protocol = Number(next);
    if (isFragment && Number(offsets.shift()) > 0) return { protocol, later: true };
  }
}
