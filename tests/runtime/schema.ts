/**
 * A schema without the metrics of `observeRuntime()`, which adds them itself.
 *
 * @module
 */
import { counter, defineSchema } from "../../mod.ts";

export const observedSchema = defineSchema({ jobs: counter() });
