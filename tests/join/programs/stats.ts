/**
 * The module that every thread of a program imports.
 *
 * @module
 */
import { ThreadStats } from "../../../mod.ts";
import { schema } from "./schema.ts";

export const stats = await ThreadStats.join("shop", schema);
export const thread = stats.registerThread();
export const { metrics } = thread;
