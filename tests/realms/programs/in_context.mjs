/**
 * Runs the library in a context of `node:vm`, as test runners run programs, beside a copy outside
 * of it. Node only; prints a line for each thing that works.
 */
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";

const entry = new URL("../../../mod.ts", import.meta.url).href;
const outer = await import(entry);
const inner = await loadInContext(entry);

/** Loads a module and all that it imports in a new context. */
async function loadInContext(href) {
  const shared = { console, TextDecoder, TextEncoder, performance, setInterval, clearInterval };
  const context = vm.createContext(shared);
  const modules = new Map();
  const load = (href) => {
    if (!modules.has(href)) {
      const source = stripTypeScriptTypes(readFileSync(fileURLToPath(href), "utf8"));
      modules.set(href, new vm.SourceTextModule(source, { context, identifier: href }));
    }
    return modules.get(href);
  };
  const module = load(pathToFileURL(fileURLToPath(href)).href);
  await module.link((specifier, from) => load(new URL(specifier, from.identifier).href));
  await module.evaluate();
  return module.namespace;
}

function schemaBy({ counter, defineSchema, record, sum }) {
  return defineSchema({
    jobs: counter({ labels: ["queue"] }),
    flow: record({ bytes: sum("u64") }),
  });
}

for (const [name, one, other] of [["inner", inner, outer], ["outer", outer, inner]]) {
  const works = (what, isSo) => console.log(`${name} ${what}: ${isSo}`);
  const stats = one.ThreadStats.create(schemaBy(one));
  works("counts by itself", count(stats) === 3);
  const handle = structuredClone(stats.handle);
  const there = other.ThreadStats.attach(schemaBy(other), handle);
  works(
    "is attached to by the other",
    count(there) === 6 && stats.metrics.jobs.read({ queue: "a" }) === 6,
  );
  const { metrics } = other.ThreadStats.inspect(stats.handle).snapshot();
  works("is inspected by the other", metrics.jobs.series[0].value === 6);
  const foreign = other.ThreadStats.create(schemaBy(one));
  works("has a schema for the other", count(foreign) === 3);
  const mixed = other.defineSchema({ jobs: one.counter({ labels: ["queue"] }) });
  works("has definitions for the other", count(other.ThreadStats.create(mixed)) === 3);
  const flow = stats.metrics.flow.create();
  const writer = there.registerThread("flow").metrics.flow;
  writer.update(flow, vm.runInNewContext("({ bytes: 5n })"));
  writer.update(flow, vm.runInNewContext("({})"));
  works("takes objects of any realm", stats.metrics.flow.read(flow).bytes === 5n);
}

/** Counts 3, and tells how many there are. */
function count(stats) {
  stats.registerThread("main").metrics.jobs.labels({ queue: "a" }).add(3);
  return stats.metrics.jobs.read({ queue: "a" });
}
