/**
 * What a program does at its start: prints as JSON how many texts were compiled, and which modules
 * of the runtime were loaded, until the statistics were created and until the thread was
 * registered.
 *
 * @module
 */
import process from "node:process";
import { counter, defineSchema, gauge, histogram, record, sum, ThreadStats } from "../../../mod.ts";

let compiled = 0;
const original = Function;
// Not a proxy: JavaScriptCore does not call its trap.
globalThis.Function = function (...texts: string[]) {
  compiled++;
  return original(...texts);
} as unknown as FunctionConstructor;
const loaded: string[] = [];
const load = process.getBuiltinModule;
Object.defineProperty(process, "getBuiltinModule", {
  value: (name: string) => {
    loaded.push(name);
    return load.call(process, name);
  },
});

const schema = defineSchema({
  requests: counter({ labels: ["method"] }),
  depth: gauge(),
  latency: histogram({ lowest: 1e-6, highest: 60, relativeError: 0.01 }),
  flows: record({ bytes: sum() }, { labels: ["protocol"] }),
});
const stats = ThreadStats.create(schema);
const created = { compiled, loaded: [...loaded] };
const attached = ThreadStats.attach(schema, stats.handle);
const afterAttach = { compiled, loaded: [...loaded] };
const thread = attached.registerThread();
const registered = { loaded: [...new Set(loaded)] };
thread.metrics.requests.labels({ method: "GET" }).add(2);
thread.metrics.flows.labels({ protocol: "tcp" }).update({ bytes: 3 });
const { requests, flows } = stats.metrics;
const counted = [requests.read({ method: "GET" }), flows.read({ protocol: "tcp" })];
console.log(JSON.stringify({ created, afterAttach, registered, counted, compiled }));
