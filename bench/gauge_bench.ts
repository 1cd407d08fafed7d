/**
 * What setting a gauge costs, beside the floor (a plain private store) and the packages that are used today. The floor wins:
 * nobody can read it.
 *
 * @module
 */

import { benchAlone } from "./driver.ts";

await benchAlone("gauge set", "gauge add");
