/** The numbers of tests in the report of a test runner. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** No tests at all. */
export function zero(): Counts {
  return { passed: 0, failed: 0, skipped: 0 };
}

/** Adds `more` to `counts`. */
export function addCounts(counts: Counts, more: Counts): void {
  counts.passed += more.passed;
  counts.failed += more.failed;
  counts.skipped += more.skipped;
}

interface TestCase {
  readonly name: string;
  readonly outcome: keyof Counts;
}

/**
 * Counts the tests of a JUnit report.
 *
 * The three runners write suites differently. In Deno a suite is one more test case, whose name is
 * the prefix of the names of its tests; Bun and Node nest. Only the leaves count. A suite counts as
 * failed when it failed and none of its tests did: a hook threw.
 *
 * @param files The paths that the runner got. Node reports a file without tests as a test that
 * passed, which does not count
 */
export function countJunit(xml: string, files: readonly string[]): Counts {
  const cases = readTestCases(xml);
  const counts = zero();
  for (const { name, outcome } of cases) {
    const inside = cases.filter((other) => other.name.startsWith(`${name} > `));
    if (inside.length === 0) {
      const isFile = files.some((file) => name === file || name.endsWith(`/${file}`));
      if (!isFile || outcome !== "passed") counts[outcome]++;
    } else if (outcome === "failed" && !inside.some((other) => other.outcome === "failed")) {
      counts.failed++;
    }
  }
  return counts;
}

function readTestCases(xml: string): TestCase[] {
  const cases: TestCase[] = [];
  // All three reports escape "<" in text and attributes. Node does not escape ">", so the pattern
  // has to skip quoted values.
  const opening = /<testcase\b((?:[^">]|"[^"]*")*?)(\/?)>/g;
  for (const match of xml.matchAll(opening)) {
    const name = /(?:^|\s)name="([^"]*)"/.exec(match[1])?.[1] ?? "";
    let body = "";
    if (match[2] === "") {
      const start = match.index + match[0].length;
      const end = xml.indexOf("</testcase>", start);
      body = xml.slice(start, end === -1 ? undefined : end);
    }
    cases.push({
      name: name.replaceAll("&gt;", ">"),
      outcome: /<(?:failure|error)\b/.test(body)
        ? "failed"
        : /<skipped\b/.test(body)
        ? "skipped"
        : "passed",
    });
  }
  return cases;
}
