/** What a test runner reported. */
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
 * The three runners disagree on what a suite is: Deno writes it as one more test case whose name
 * is the prefix of its tests' names, Bun and Node nest. Only the leaves count, and a suite counts
 * as failed when none of its tests did (a hook threw, then). Node also reports a file without
 * tests as a test that passed; that is dropped, `files` being the paths that it was given.
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
  // Text and attribute values are escaped in all three reports ("<" never stands for itself), but
  // Node leaves ">" as it is, so quoted values have to be stepped over.
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
