/**
 * The cost of registering a thread, of creating and destroying a bucket, and of attaching. The
 * baseline is a private list of free ids, and a view on a buffer. Beside it stand the same list
 * behind a mutex, and the series of the packages that are used today.
 *
 * The baseline and the mutex win. Private memory has no dead threads and no late writers, and a
 * thread that dies while it holds the mutex stops all others.
 *
 * @module
 */

import { bench } from "./driver.ts";

await bench(
  "register and unregister a thread",
  "create and destroy a bucket",
  "create and destroy a labelled bucket",
  "attach",
  "attach, first lookup of 10,000",
);
