import { loadWorkerpool } from "./packages.ts";
import work from "./task.ts";

loadWorkerpool().worker({ work });
