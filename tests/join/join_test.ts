import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, type JoinOptions, ThreadStats } from "../../mod.ts";
import { runtime, scaled } from "../stress/scale.ts";
import { hasLocks, resultOf, runProgram, workerKinds } from "./run_program.ts";

const schema = defineSchema({ jobs: counter() });

describe("ThreadStats.join()", () => {
  for (const kind of workerKinds) {
    const of = `${kind} workers`;

    // Without locks silence counts as nobody, so a test below asks several times.
    const options = { ignore: !hasLocks };

    it(`gives one memory to 8 ${of} that join at once`, options, async () => {
      assertEquals(await resultOf("find_each_other", ["race", kind, `${scaled(50)}`]), []);
    });

    it(`gives one memory to 8 ${of} that have just started`, options, async () => {
      assertEquals(await resultOf("find_each_other", ["freshRace", kind, `${scaled(5)}`]), []);
    });

    it(
      `finds the memory in ${of} whose creator has ended, if another member is alive`,
      options,
      async () => {
        assertEquals(await resultOf("find_each_other", ["makerEnds", kind]), [1, 2, 3]);
      },
    );

    it(`waits for a busy one of ${of} if only that one can answer`, options, async () => {
      assertEquals(await resultOf("find_each_other", ["busy", kind]), [1, 2]);
    });

    it(
      `waits for a busy main thread in ${of} that were created before it joined`,
      options,
      async () => {
        assertEquals(await resultOf("find_each_other", ["busyMain", kind]), 2);
      },
    );

    it(`fails in ${of} when nobody answers in time`, options, async () => {
      assertMatch(
        await resultOf("find_each_other", ["tooBusy", kind]),
        /^Error: Cannot join "too busy": a thread that has joined it must answer within 0\.3 s \(timeoutSeconds\).*, got no answer$/,
      );
    });

    it(`finds the memory in ${of} of workers`, options, async () => {
      assertEquals(await resultOf("find_each_other", ["nested", kind]), 2);
    });

    it(`refuses another definition under the same name in ${of}, and shows both`, async () => {
      const text = `${await resultOf("find_each_other", ["otherSchema", kind])}`;
      const start =
        'TypeError: Cannot join the statistics "schema": the metric jobs must have the ' +
        'definition that the memory has, {"kind":"counter",';
      assertEquals(text.slice(0, start.length), start);
      assert(text.includes(', got {"kind":"'), text);
    });

    // A module that waits for something else loses what comes meanwhile on Bun in web workers, and on
    // Deno in all, without this library, too. In web workers of Deno the join still holds it.
    const isLate = (runtime === "bun" && kind === "web") || (runtime === "deno" && kind === "node");
    for (const how of ["before", "after", ...isLate ? [] : ["later"]]) {
      it(`loses no message, and repeats none, to ${of} that listen ${how}`, async () => {
        const answers = await resultOf("posted", [kind, how, "10"]);
        assertEquals(answers, Array.from({ length: 10 }, () => [1, 2, 3]));
      });
    }

    it(`lets ${of} register under the name that their creator has given them`, async () => {
      const long = "long".repeat(20);
      const names = await resultOf("named", [kind, "resize-3", "", long]);
      assertEquals([...names.slice(0, 2), names[3]], ["thread-0", "resize-3", long.slice(0, 64)]);
      assertMatch(names[2], /^thread-\d$/);
    });

    it(`lets ${of} and their creator end at once`, async () => {
      assertEquals(await resultOf("count_and_end", [kind]), 2);
    });
  }

  it("leaves no listener in a worker that nobody has sent a message", {
    ignore: runtime !== "deno",
  }, async () => {
    const [before, after] = await resultOf("listeners");
    assertEquals(after, before);
  });

  it("lets a main thread end at once, with exit code 0 and without permission prompts", async () => {
    const { code, stdout, stderr } = await runProgram(
      "count_and_end",
      [],
      runtime === "deno" ? ["--no-prompt"] : [],
    );
    assertEquals([code, stdout.trim(), stderr], [0, "1", ""]);
  });

  if (runtime === "node") {
    // Node before 24.5 has no Web Locks.
    const withoutLocks = "--import=data:text/javascript," +
      "Object.defineProperty(navigator, 'locks', { value: undefined })";

    it("gives one memory to responsive workers where there are no locks", async () => {
      // A thread that gets no processor for 250 ms does not respond in time, which happens on a machine with much other work.
      const finds = async (expected: unknown, ...args: string[]) => {
        for (let attempt = 1;; attempt++) {
          const found = await resultOf("find_each_other", args, [withoutLocks]);
          if (attempt < 4 && JSON.stringify(found) !== JSON.stringify(expected)) continue;
          return assertEquals(found, expected);
        }
      };
      await finds([], "race", "node", `${scaled(10)}`);
      await finds([1, 2, 3], "makerEnds", "node");
      await finds(2, "nested", "node");
    });
  }

  it("gives a reloaded module, and a copy of the library, the same registration", async () => {
    assertEquals(await resultOf("load_twice"), { slots: 1, total: 6, sameThread: true });
  });

  it("refuses bad names, schemas and options", async () => {
    const bad: [unknown, unknown, ErrorConstructor, string][] = [
      [5, {}, TypeError, "their name must be a string, got 5"],
      [undefined, {}, TypeError, "their name must be a string, got undefined"],
      ["", {}, RangeError, "their name must have 1 to 128 UTF-16 code units, got 0"],
      ["x".repeat(129), {}, RangeError, "their name must have 1 to 128 UTF-16 code units, got 129"],
      ["bad", null, TypeError, "the options must be an object, got null"],
      ["bad", { timeoutSeconds: "1" }, TypeError, 'timeoutSeconds must be a number, got "1"'],
      [
        "bad",
        { timeoutSeconds: 0 },
        RangeError,
        "timeoutSeconds must be more than 0 and at most 86400, got 0",
      ],
      [
        "bad",
        { timeoutSeconds: NaN },
        RangeError,
        "timeoutSeconds must be more than 0 and at most 86400, got NaN",
      ],
      [
        "bad",
        { maxThreads: 0 },
        RangeError,
        "maxThreads must be an integer from 1 to 65536, got 0",
      ],
    ];
    for (const [name, options, Class, text] of bad) {
      const join = [
        ThreadStats.join,
        (...args: Parameters<typeof ThreadStats.join>) => ThreadStats.joinSync(...args),
      ];
      for (const attempt of join) {
        let error: Error | undefined;
        try {
          await attempt(name as string, schema, options as JoinOptions);
        } catch (thrown) {
          error = thrown as Error;
        }
        assertEquals([error?.constructor, error?.message], [
          Class,
          `Cannot join the statistics: ${text}`,
        ]);
      }
    }
    let error: unknown;
    await ThreadStats.join("bad", {} as typeof schema).catch((thrown) => error = thrown);
    assert(error instanceof TypeError);
  });
});

describe("ThreadStats.joinSync()", () => {
  for (const kind of workerKinds) {
    it(`finds the memory in ${kind} workers that inherit it, and gives advice in others`, async () => {
      const [alone, after] = await resultOf("find_each_other", ["sync", kind]);
      // Web workers on Deno get no environment data, so a join in their creator does not help.
      if (runtime === "deno" && kind === "web") {
        const text =
          /^Error: Cannot join "sync" without waiting: a web worker on Deno, which inherits no memory from the thread that creates it, must await ThreadStats\.join\(\) instead, got none$/;
        assertMatch(alone, text);
        assertMatch(after, text);
        return;
      }
      const text =
        /^Error: Cannot join "sync" without waiting: a thread above this one must have joined it \(await ThreadStats\.join\(\) here, or/;
      assertMatch(alone, text);
      assertEquals(after, 2);
    });
  }

  it("reports a second memory of the same name, or refuses to create it", async () => {
    const { code, stdout, stderr } = await runProgram("find_each_other", ["twins", "node"]);
    if (runtime === "node") {
      assertEquals([code, stdout.trim()], [0, "1"]);
      assertMatch(stderr, /two memories of the statistics "twins" in this process/);
    } else {
      assertMatch(stderr, /no other thread may have joined it \(await ThreadStats\.join\(\) here/);
    }
  });
});
