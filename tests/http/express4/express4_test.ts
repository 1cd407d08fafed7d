import { describe } from "@std/testing/bdd";
import { createRequire } from "node:module";
import { expressProgram } from "../express_program.ts";
import { frameworkCases } from "../framework_cases.ts";

const require = createRequire(import.meta.url);

describe("prometheusNodeHandler() and dashboardNodeHandler() in Express 4", () => {
  frameworkCases(expressProgram(require("express")));
});
