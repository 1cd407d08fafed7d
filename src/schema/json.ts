/**
 * Reading JSON that somebody else has written.
 *
 * @module
 */

/**
 * How deep objects and arrays stand in each other in a description: metrics, a metric, its fields,
 * a field; and some more.
 */
const DEEPEST = 16;

/**
 * The value of a text that is no deeper than a description is: some engines' parsers take a hundred
 * times the memory of a text of brackets alone, and whatever goes through the value afterwards
 * would take as much stack.
 *
 * @throws {SyntaxError} When the text is no JSON, or deeper.
 */
export function parseJson(text: string): unknown {
  let depth = 0;
  let isString = false;
  for (let n = 0; n < text.length; n++) {
    const unit = text.charCodeAt(n);
    if (isString) {
      if (unit === BACKSLASH) n++;
      else if (unit === QUOTE) isString = false;
    } else if (unit === QUOTE) {
      isString = true;
    } else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      if (++depth > DEEPEST) throw new SyntaxError(`JSON is deeper than ${DEEPEST} levels`);
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      depth--;
    }
  }
  return JSON.parse(text);
}

const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
