import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ThreadStats } from "../../mod.ts";
import { compileCommit } from "../../src/metrics/record/commit_module.ts";
import { makeKernel } from "../../src/metrics/record/record_kernel.ts";
import { layoutOf } from "../../src/metrics/record/record_layout.ts";
import { Ledger } from "./ledger.ts";
import { type Ending, live, type Plan } from "./life.ts";
import { forbidModules, forceModules } from "./modules.ts";
import { Oracle } from "./oracle.ts";
import { MOVES, schema } from "./schema.ts";
import { noSums, replay } from "./script.ts";
import { Watch } from "./watch.ts";

function makeStats() {
  const stats = ThreadStats.create(schema);
  const moves = Array.from({ length: MOVES }, () => stats.metrics.moves.create());
  return { stats, moves, oracle: new Oracle(stats, moves), watch: new Watch(stats, moves) };
}

function plan(ending: Ending, operations = 3000): Plan {
  return { seed: 5, ending, operations };
}

/** Lives in this thread, on a seat of its own. */
function liveHere({ stats, moves, oracle }: ReturnType<typeof makeStats>, plan: Plan) {
  const ledger = new Ledger();
  const account = oracle.open(0);
  const said = live(stats, plan, { ledger, row: 0, moves });
  return { account, said, started: ledger.started(0), finished: ledger.finished(0) };
}

describe("live()", () => {
  it("counts what its script says", () => {
    const made = makeStats();
    const { said, started } = liveHere(made, plan("leave"));
    assertEquals(started, 3000);
    assertEquals(said.sums, replay(5, 3000).sums);
    made.oracle.credit(said.sums, said.operations);
    made.oracle.close();
    assertEquals(made.oracle.wrong, []);
  });
});

describe("forceModules(), forbidModules()", () => {
  it("make a thread publish its records by modules, or by `Atomics`", () => {
    const { Instance, Module } = WebAssembly;
    const instancesOf = (choose: () => void) => {
      choose();
      let made = 0;
      WebAssembly.Instance = new Proxy(Instance, {
        construct: (target, parameters) => {
          made++;
          return Reflect.construct(target, parameters);
        },
      });
      try {
        const { stats, moves } = makeStats();
        const { metrics } = stats.registerThread("main");
        metrics.moves.update(moves[1], { count: 1, way: 2 });
        assertEquals(stats.metrics.moves.read(moves[1]).count, 1n);
      } finally {
        Object.assign(WebAssembly, { Instance, Module });
      }
      return made;
    };
    assertEquals(instancesOf(forceModules), 1);
    const compiled = makeKernel(layoutOf(schema.metrics.moves.fields));
    const { module } = compiled;
    compiled.module = () => compileCommit(layoutOf(schema.metrics.moves.fields));
    try {
      assertEquals(instancesOf(forbidModules), 0);
    } finally {
      compiled.module = module;
    }
  });
});

describe("Oracle.settle()", () => {
  it("takes one update in flight for lost or saved, and no more", () => {
    const made = makeStats();
    const { account, started } = liveHere(made, plan("leave"));
    const settle = (started: number, finished: number) =>
      made.oracle.settle(account, plan("terminate"), { started, finished });
    // The next two operations of this script count something.
    assert(replay(5, started + 1).sums.join() !== replay(5, started).sums.join());
    settle(started, started);
    settle(started, started - 1);
    settle(started + 1, started);
    const { wrongs, lost, saved } = made.oracle;
    assertEquals({ wrongs, lost, saved }, { wrongs: 0, lost: 1, saved: 1 });
    settle(started + 1, started + 1);
    settle(started + 20, started + 19);
    assertEquals(made.oracle.wrongs, 2);
    assert(/terminate \(seed 5/.test(made.oracle.wrong[0]), made.oracle.wrong[0]);
  });

  it("notes that a thread counts on when its seat was revoked", () => {
    const made = makeStats();
    const { account, started } = liveHere(made, plan("leave"));
    const settle = (revoked: number) =>
      made.oracle.settle(account, plan("revoke"), { started, finished: started, revoked });
    settle(started - 1);
    assertEquals(made.oracle.wrongs, 0);
    settle(started - 100);
    assertEquals(made.oracle.wrongs, 1);
  });

  it("notes that a thread reports other sums than it should have", () => {
    const made = makeStats();
    const { account, started, finished } = liveHere(made, plan("leave"));
    made.oracle.settle(account, plan("leave"), { started, finished }, noSums());
    assertEquals(made.oracle.wrongs, 1);
  });
});

describe("Oracle.close()", () => {
  it("notes totals that nobody has counted", () => {
    const { stats, oracle } = makeStats();
    stats.registerThread("main").metrics.hits.add();
    oracle.close();
    assertEquals(oracle.wrong, ["in all, hits is 1 and not 0"]);
  });
});

describe("Oracle.assertSilent()", () => {
  it("notes a gauge of a thread that should be gone", () => {
    const { stats, oracle } = makeStats();
    const seat = stats.reserveThread("worker");
    const thread = ThreadStats.attach(schema, seat.handle).registerThread();
    thread.metrics.level.set(5);
    oracle.assertSilent("worker");
    assertEquals(oracle.haunted, ["worker still has 5"]);
    seat.revoke();
    oracle.assertSilent("worker");
    assertEquals(oracle.haunted.length, 1);
  });
});

describe("Watch.round()", () => {
  it("finds nothing wrong in what was committed", () => {
    const made = makeStats();
    made.watch.round();
    liveHere(made, plan("leave"));
    for (let n = 0; n < 200; n++) made.watch.round();
    const { torn, fallen, defects } = made.watch.findings;
    assertEquals({ torn, fallen, defects }, { torn: 0, fallen: 0, defects: [] });
  });

  it("notes records that mix commits, and totals that fall", () => {
    const made = makeStats();
    const { metrics } = made.stats.registerThread("main");
    metrics.hits.add(2);
    made.watch.round();
    made.stats.metrics.hits.clear();
    made.watch.round();
    assertEquals([made.watch.findings.torn, made.watch.findings.fallen], [0, 1]);
    metrics.moves.update(made.moves[1], { count: 1, way: 2 });
    made.watch.round();
    assertEquals([made.watch.findings.torn, made.watch.findings.fallen], [1, 1]);
    metrics.level.set(1);
    made.watch.round();
    assertEquals(made.watch.findings.torn, 3);
  });
});
