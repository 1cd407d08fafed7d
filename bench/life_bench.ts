/**
 * What it costs to register a thread, to create and destroy a bucket, and to attach, beside the floor (a private list of free ids, a
 * view on a buffer), the same list behind a mutex, and the series of the packages that are used today.
 *
 * The floor and the mutex win: a dead thread or a late writer can do no harm in private memory, and whoever dies in a mutex ends it.
 *
 * @module
 */

import { benchAlone } from "./driver.ts";

await benchAlone(
  "register and unregister a thread",
  "create and destroy a bucket",
  "create and destroy a labelled bucket",
  "attach",
  "attach, first lookup of 10,000",
);
