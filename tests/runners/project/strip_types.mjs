// What Node itself does with TypeScript; Jest needs to be told.
import { stripTypeScriptTypes } from "node:module";

export default { process: (text) => ({ code: stripTypeScriptTypes(text) }) };
