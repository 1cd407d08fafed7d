/**
 * Keys, from what a terminal sends.
 *
 * @module
 */

const SEQUENCES: Readonly<Record<string, string>> = {
  "[A": "up",
  "[B": "down",
  "[C": "right",
  "[D": "left",
  "OA": "up",
  "OB": "down",
  "OC": "right",
  "OD": "left",
  "[H": "home",
  "[F": "end",
  "OH": "home",
  "OF": "end",
  "[1~": "home",
  "[4~": "end",
  "[7~": "home",
  "[8~": "end",
  "[5~": "pageup",
  "[6~": "pagedown",
};

const SINGLE: Readonly<Record<string, string>> = {
  "\x03": "ctrl-c",
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
};

/**
 * The keys of one piece of input: names for keys without a character, else the character itself.
 * Sequences of keys that nothing uses are left out. A lone ESC is `escape`: terminals send a
 * sequence as one piece.
 */
export function keysOf(input: string): string[] {
  const keys: string[] = [];
  for (let at = 0; at < input.length;) {
    if (input[at] === "\x1b") {
      // deno-lint-ignore no-control-regex -- these are what it is about
      const sequence = /^\x1b(\[[0-?]*[ -/]*[@-~]|O[A-Z])/.exec(input.slice(at));
      if (sequence === null) {
        keys.push("escape");
        at++;
        continue;
      }
      const name = SEQUENCES[sequence[1]];
      if (name !== undefined) keys.push(name);
      at += sequence[0].length;
      continue;
    }
    const character = String.fromCodePoint(input.codePointAt(at)!);
    at += character.length;
    const name = SINGLE[character];
    if (name !== undefined) keys.push(name);
    else if (character >= " ") keys.push(character);
  }
  return keys;
}
