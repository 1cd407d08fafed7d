import { loadPoolifier } from "./packages.ts";
import type { Task } from "./task.ts";

const { ThreadWorker } = loadPoolifier();
// Not a static import, whose top-level await would come first: Deno drops messages that reach a waiting module without a listener.
const module = import("./task.ts");

export default new ThreadWorker(async (task?: Task) => (await module).default(task!));
