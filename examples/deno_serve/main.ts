/**
 * For `deno serve --parallel`, which loads this module in each of its threads.
 *
 * @module
 */
import { handler } from "./handler.ts";

export default { fetch: handler } satisfies Deno.ServeDefaultExport;
