// On Node, a file as the memory needs a package that a user has beside the library. Here it is where the tests are.
import { registerHooks } from "node:module";

const koffi = import.meta.resolve("koffi");

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    nextResolve(specifier === "koffi" ? koffi : specifier, context),
});
