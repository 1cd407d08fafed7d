import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import {
  findRuntime,
  type RuntimeName,
  runtimeNames,
  suiteRuntimes,
} from "../../../scripts/shared/runtimes.ts";
import { runtime } from "../../stress/scale.ts";
import { promClient } from "../prom_client.ts";
import { samplesOf } from "../samples.ts";
import type { Moment, Report } from "./project/types.ts";
import { type Ending, makeProject, type Project, run } from "./project.ts";

const dependents = {
  "express-prom-bundle on Express": "express",
  "@willsoto/nestjs-prometheus on NestJS": "nestjs",
  "fastify-metrics, which is given the client": "fastify",
} as const;

const flags: Record<RuntimeName, readonly string[]> = {
  deno: ["run", "-A", "--no-check", "--no-lock", "--node-modules-dir=manual"],
  bun: [],
  node: [],
  node22: [],
};

// One project for all runtimes, as packing and installing take longer than all else. Deno packs.
const made = runtime === "deno" ? await makeProject() : undefined;
if (made !== undefined && "unreachable" in made) {
  console.log(`Left out, as npm does not answer: prom-client's dependents (${made.unreachable})`);
}
const ignore = made === undefined || "unreachable" in made;
const project = made as Project;

/** What a file of the project prints in the end. */
async function printed(path: string, name: RuntimeName, file: string): Promise<string> {
  const ending = await run([path, ...flags[name], file], project.folder);
  return outputOf(ending, file);
}

function outputOf({ code, stdout, stderr }: Ending, what: string): string {
  if (code !== 0) throw new Error(`${what} ended with ${code}:\n${stdout}${stderr}`);
  return stdout.trim().split("\n").at(-1)!;
}

const paths = new Map<RuntimeName, Promise<string>>();

/** The program of a runtime, which is looked for once. */
function pathOf(name: RuntimeName): Promise<string> {
  if (!paths.has(name)) paths.set(name, findRuntime(name).then(({ path }) => path));
  return paths.get(name)!;
}

const answeredIn = ({ answered }: Moment) =>
  Object.values(answered).reduce((sum, count) => sum + count, 0);

describe("the packed face", { ignore }, () => {
  beforeAll(async () => {
    const files = {
      "required.cjs": `
        const { createRequire } = require("node:module");
        const client = require("prom-client");
        const { version } = require("prom-client/package.json");
        const dependents = ["express-prom-bundle", "@willsoto/nestjs-prometheus", "fastify-metrics"];
        const isSame = dependents.every((name) =>
          createRequire(require.resolve(name))("prom-client") === client
        );
        new client.Counter({ name: "jobs", help: "Jobs" }).inc();
        const names = Object.entries(client).filter(([, value]) => /^class/.test(String(value)))
          .map(([name, value]) => [name, value.name]);
        client.register.metrics().then((text) => {
          console.log(JSON.stringify({ version, isSame, keys: Object.keys(client), names, text }));
          process.exit(0);
        });`,
      "imported.mjs": `
        import client, { Counter, register } from "prom-client";
        import * as all from "prom-client";
        import { createRequire } from "node:module";
        const required = createRequire(import.meta.url)("prom-client");
        new Counter({ name: "jobs", help: "Jobs" }).inc();
        const isSame = client === required && Counter === required.Counter && all.Gauge === required.Gauge;
        console.log(JSON.stringify({ isSame, text: await register.metrics() }));
        process.exit(0);`,
      "typed.ts": `
        import client, { Counter, type Registry } from "prom-client";
        const jobs: client.Counter<"queue"> = new Counter({ name: "jobs", help: "", labelNames: ["queue"] });
        jobs.inc({ queue: 1 });
        const registry: Registry = client.register;
        const config: client.DefaultMetricsCollectorConfiguration<client.RegistryContentType> = { prefix: "a_" };
        client.collectDefaultMetrics(config);
        const gateway: client.Pushgateway<client.RegistryContentType> = new client.Pushgateway("http://localhost");
        const text: Promise<string> = registry.metrics();
        // @ts-expect-error: it has no such label
        jobs.inc({ que: 1 });
        export { gateway, text };`,
    };
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(project.folder, name), text);
    }
  });

  for (const name of suiteRuntimes) {
    it(`require() and import give prom-client's module in ${name}`, async () => {
      const path = await pathOf(name);
      const required = JSON.parse(await printed(path, name, "required.cjs"));
      assertEquals([required.version, required.isSame], ["15.9.0", true]);
      assertEquals(required.keys.toSorted(), Object.keys(promClient).toSorted());
      for (const [key, className] of required.names) assertEquals(className, key);
      assertStringIncludes(required.text, "jobs 1\n");

      const imported = JSON.parse(await printed(path, name, "imported.mjs"));
      assert(imported.isSame);
      assertStringIncludes(imported.text, "jobs 1\n");
    });
  }

  it("has types, under which programs for prom-client are right", async () => {
    const options = ["check", "--no-lock", "--node-modules-dir=manual"];
    outputOf(await run([process.execPath, ...options, "typed.ts"], project.folder), "deno check");
  });
});

describe("prom-client's dependents, unmodified, in four threads", { ignore }, () => {
  afterAll(async () => await project.remove());

  for (const [title, program] of Object.entries(dependents)) {
    for (const name of runtimeNames) {
      it(`${title} in ${name}: each thread tells what all were asked`, async () => {
        const path = await pathOf(name);
        const command = [path, ...flags[name], "main.ts", program];
        const ending = await run(command, project.folder);
        const { wasBusy, moments, text } = JSON.parse(outputOf(ending, program)) as Report;
        for (const moment of ["all", "same", "busy", "moreWhileBusy"]) {
          assertEquals(moments[moment].counted, answeredIn(moments[moment]), moment);
        }
        assert(wasBusy, "scrapes wait for no thread");

        // What it was asked last it may have counted without an answer, or answered and not counted.
        const lost = answeredIn(moments.killed) - moments.killed.counted;
        assert(Math.abs(lost) <= 1, `${lost} lost by one kill`);
        assert(moments.killed.answered.Max >= 20);
        assertEquals(moments.freed.counted, answeredIn(moments.freed) - lost);

        // The parts of one histogram belong together, also those of the thread that was killed. Facts
        // are not added up.
        const samples = samplesOf(text);
        for (const [series, count] of Object.entries(samples)) {
          const [name, labels] = series.split(/[{}]/);
          if (name === "http_request_duration_seconds_count") {
            const bucket = `http_request_duration_seconds_bucket{le="+Inf",${labels}}`;
            assertEquals(samples[bucket], count, series);
          }
          if (name === "nodejs_version_info") assertEquals(count, 1, series);
        }
        if (program === "express") assertEquals(samples.up, 1);
        const start = samples.process_start_time_seconds;
        assert(start > 1e9 && start <= Date.now() / 1000 + 1, `${start}`);
      });
    }
  }
});
