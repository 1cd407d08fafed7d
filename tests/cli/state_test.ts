import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { press, START, type State } from "../../src/cli/state.ts";

const shown = { rows: ["a", "b", "c"], page: 2, windows: [60, 300] };

function after(keys: string[], state: State = START): State {
  return keys.reduce((now, key) => press(now, key, shown)[0], state);
}

describe("press()", () => {
  it("chooses rows, and stays among them", () => {
    assertEquals(after(["down"]).row, "a");
    assertEquals(after(["j", "j", "j", "j"]).row, "c");
    assertEquals(after(["up"]).row, "c");
    assertEquals(after(["end", "pageup"]).row, "a");
    assertEquals(after(["home", "pagedown"]).row, "c");
    assertEquals(after(["down", "escape"]).row, undefined);
    assertEquals(press(START, "down", { ...shown, rows: [] })[0].row, undefined);
  });

  it("opens a row and comes back to it", () => {
    const opened = after(["down", "down", "enter"]);
    assertEquals([opened.opened, opened.part], [{ metric: "b" }, "series"]);
    const back = after(["escape"], opened);
    assertEquals([back.opened, back.part, back.row], [undefined, "metrics", "b"]);
    assertEquals(after(["enter"]).opened, undefined);
    const threads = press({ ...START, part: "threads", row: "3" }, "enter", {
      ...shown,
      rows: ["3"],
    });
    assertEquals(threads[0].opened, { slot: 3 });
    assertEquals(after(["left"], threads[0]).row, "3");
  });

  it("types a filter in which no key means anything else", () => {
    const typed = after(["/", "q", "日", "up", "backspace", "p"]);
    assertEquals([typed.filter, typed.isTyping, typed.isPaused], ["qp", true, false]);
    assertEquals(press(typed, "ctrl-c", shown)[1], "quit");
    assertEquals(after(["enter"], typed).filter, "qp");
    assertEquals(after(["escape"], typed).filter, "");
  });

  it("quits, pauses, sorts, and changes the window to one that the program has", () => {
    assertEquals(press(START, "q", shown)[1], "quit");
    assertEquals(press(START, "c", shown)[1], "copy");
    assertEquals(after(["p"]).isPaused, true);
    assertEquals(after([" ", "p"]).isPaused, false);
    assertEquals(after(["s"]).sort.metrics, 1);
    assertEquals(after(["s", "s", "s", "s"]).sort.metrics, 0);
    assertEquals(after(["S"]).isReversed.metrics, true);
    assertEquals(after(["w"]).window, 300);
    assertEquals(after(["w", "w"]).window, 60);
    assertEquals(after(["4"]).window, 60);
    assertEquals(after(["2"]).window, 300);
    assertEquals(after(["tab"]).part, "threads");
    assertEquals(after(["t"]).onlyResting, true);
    assertEquals(after(["?"]).hasHelp, true);
    assertEquals(after(["?", "p"]), { ...START, hasHelp: false });
  });
});
