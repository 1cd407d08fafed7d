import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { keysOf } from "../../src/cli/keys.ts";

describe("keysOf()", () => {
  it("names keys without a character", () => {
    assertEquals(keysOf("\x1b[A\x1bOB\x1b[5~\x1b[H\r\t\x7f\x03"), [
      ...["up", "down", "pageup", "home", "enter", "tab", "backspace", "ctrl-c"],
    ]);
  });

  it("takes a lone ESC, and text with wide characters", () => {
    assertEquals(keysOf("\x1b"), ["escape"]);
    assertEquals(keysOf("q日🙂"), ["q", "日", "🙂"]);
  });

  it("leaves out sequences and controls that nothing uses", () => {
    assertEquals(keysOf("\x1b[1;5C\x1b[<0;1;1M\x1b[200~a\x01"), ["a"]);
  });
});
