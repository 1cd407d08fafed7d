/** Listens, and then joins: a message that came twice would be answered twice. */
import { onMessage, send } from "./any_worker.ts";

onMessage((message) => send(message));
await import("./stats.ts");
