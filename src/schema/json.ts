/**
 * Parses JSON from an untrusted source.
 *
 * @module
 */

/**
 * The most levels of nested objects and arrays. A schema's description has four (metrics, metric,
 * fields, field); the rest is reserve.
 */
const MAX_DEPTH = 16;

/**
 * Parses a text whose nesting is no deeper than that of a schema's description. Some engines'
 * parsers use a hundred times the memory of a text that is all brackets, and recursive functions
 * that process the result would use as much stack.
 *
 * @throws {SyntaxError} When the text is no JSON, or nested too deeply.
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
      if (++depth > MAX_DEPTH) throw new SyntaxError(`JSON is deeper than ${MAX_DEPTH} levels`);
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
