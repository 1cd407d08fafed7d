// Node resolves neither an import map nor `paths` of tsconfig.json. JavaScript, so that it loads
// by --import before anything strips types.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

const mapUrl = new URL("./import_map.json", import.meta.url);
const { imports } = JSON.parse(readFileSync(mapUrl, "utf8"));

// What an entry point takes from npm is installed where its tests are.
const packages = { uplot: new URL("../dashboard/node_modules/uplot/", import.meta.url) };

registerHooks({
  resolve(specifier, context, nextResolve) {
    const [name, ...path] = specifier.split("/");
    if (Object.hasOwn(packages, name) && path.length > 0) {
      return nextResolve(new URL(path.join("/"), packages[name]).href, context);
    }
    const target = Object.hasOwn(imports, specifier) ? imports[specifier] : undefined;
    return nextResolve(
      target?.startsWith(".") ? new URL(target, mapUrl).href : specifier,
      context,
    );
  },
});
