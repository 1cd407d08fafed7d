import { loadPoolifier } from "./packages.ts";
import work, { type Task } from "./task.ts";

const { ThreadWorker } = loadPoolifier();

export default new ThreadWorker((task?: Task) => work(task!));
