/**
 * Telling the library's own refusals from errors that come from inside of it or from the engine.
 *
 * @module
 */

/** Whether an error is one that the library throws on purpose. */
export function isRefusal(error: unknown): error is TypeError | RangeError {
  return (error instanceof TypeError || error instanceof RangeError) &&
    /^Cannot [^]+: [^]+, got /.test(error.message);
}

/**
 * The result of `use`, or `undefined` when it is refused. Other errors are thrown on.
 */
export function refusedOr<Result>(use: () => Result): Result | undefined {
  try {
    return use();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** The refusal that `use` ends with. Throws when it ends otherwise. */
export function refusalOf(use: () => unknown): TypeError | RangeError {
  let result: unknown;
  try {
    result = use();
  } catch (error) {
    if (isRefusal(error)) return error;
    throw error;
  }
  throw new Error(`This should be refused: it gave ${typeof result}`);
}
