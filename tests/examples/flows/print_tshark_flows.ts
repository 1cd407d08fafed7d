import process from "node:process";
import { formatFlows } from "../../../examples/flows/output/format.ts";
import { tsharkFlows } from "./tshark_flows.ts";

// For data/make.sh: the table of a capture as tshark sees it.
process.stdout.write([...formatFlows("tsv", tsharkFlows(process.argv[2]))].join("\n") + "\n");
