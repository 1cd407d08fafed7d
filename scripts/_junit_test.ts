import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { countJunit } from "./_junit.ts";

const files = ["tests/a_test.ts", "tests/b_test.ts"];

describe("countJunit()", () => {
  it("counts Deno's leaves, whose suites are prefixes", () => {
    const xml = `<testsuites name="deno test" tests="6" failures="3" errors="0" time="6.013">
      <testsuite name="./tests/a_test.ts" tests="2" failures="2">
        <testcase name="d" classname="./tests/a_test.ts" time="6.009" line="3" col="1">
          <failure message="1 test step failed">1 test step failed.</failure>
        </testcase>
        <testcase name="top" classname="./tests/a_test.ts" time="0.001">
          <failure message="Uncaught TypeError: a &lt; b">TypeError: a &lt; b</failure>
        </testcase>
        <testcase name="d &gt; ok" classname="./tests/a_test.ts" time="0.000">
        </testcase>
        <testcase name="d &gt; bad" classname="./tests/a_test.ts" time="0.001">
          <failure message="x">x</failure>
        </testcase>
        <testcase name="d &gt; left out" classname="./tests/a_test.ts"><skipped/></testcase>
        <testcase name="d &gt; inner" classname="./tests/a_test.ts"></testcase>
        <testcase name="d &gt; inner &gt; deep" classname="./tests/a_test.ts"></testcase>
      </testsuite></testsuites>`;
    assertEquals(countJunit(xml, files), { passed: 2, failed: 2, skipped: 1 });
  });

  it("counts a suite that failed by itself, as a throwing hook makes it", () => {
    const xml = `<testcase name="d"><failure message="hook">hook</failure></testcase>
      <testcase name="d &gt; ok"></testcase>`;
    assertEquals(countJunit(xml, files), { passed: 1, failed: 1, skipped: 0 });
  });

  it("counts Bun's nested suites", () => {
    const xml = `<testsuite name="tests/a_test.ts"><testsuite name="d">
        <testcase name="ok" classname="d" time="0.00076" file="tests/a_test.ts" line="7" />
        <testcase name="bad" classname="d" file="tests/a_test.ts">
          <failure type="AssertionError" message="1 !== 2&#10;">at x &gt; y</failure>
        </testcase>
        <testcase name="left out" classname="d"><skipped /></testcase>
      </testsuite></testsuite>`;
    assertEquals(countJunit(xml, files), { passed: 1, failed: 1, skipped: 1 });
  });

  it("leaves out the files that Node reports as tests, unless they failed", () => {
    const xml = `<testsuite name="d"><testcase name="a -> b" time="0.1" classname="d"/></testsuite>
      <testcase name="/somewhere/tests/a_test.ts" time="0.03" classname="test"/>
      <testcase name="/somewhere/tests/b_test.ts" classname="test" failure="test failed">
        <failure type="testCodeFailure" message="test failed">[Error: test failed]</failure>
      </testcase>`;
    assertEquals(countJunit(xml, files), { passed: 1, failed: 1, skipped: 0 });
  });

  it("counts nothing in a report that is missing", () => {
    assertEquals(countJunit("", files), { passed: 0, failed: 0, skipped: 0 });
  });
});
