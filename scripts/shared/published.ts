/**
 * What is published beside the modules: the documents that the README leads to, and the manifest of
 * the npm package.
 *
 * @module
 */
/** Documents in the root that every package has. */
export const ROOT_DOCUMENTS: readonly string[] = [
  "CHANGELOG.md",
  "CODE_OF_CONDUCT.md",
  "CONTRIBUTING.md",
  "LICENSE",
  "README.md",
  "SECURITY.md",
];

/** Whether a file is part of every package, though no module imports it. */
export function isDocument(path: string): boolean {
  return ROOT_DOCUMENTS.includes(path) || path === "bench/README.md" ||
    /^docs\/([^/]+\.md|images\/[^/]+|charts\/[^/]+\.svg)$/.test(path) ||
    /^examples\//.test(path);
}

/** What of `deno.json` the manifest needs. */
interface Config {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
}

/** The `package.json` of the npm package. */
export function npmManifest({ name, version, license, exports }: Config): Record<string, unknown> {
  const built = (path: string, ending: string) => path.replace(/\.ts$/, ending);
  return {
    name,
    version,
    description:
      "Metrics of many threads in shared memory: counters, gauges, histograms and records for Deno, Bun and Node",
    keywords: ["metrics", "worker_threads", "SharedArrayBuffer", "prometheus", "opentelemetry"],
    license,
    type: "module",
    // When they are loaded, the command starts if it is the program, and an old runtime is refused.
    sideEffects: [built(exports["./cli"], ".js"), "./src/base/requirements.js"],
    main: built(exports["."], ".js"),
    types: built(exports["."], ".d.ts"),
    exports: {
      ...Object.fromEntries(
        Object.entries(exports).map(([key, path]) => [
          key,
          { types: built(path, ".d.ts"), default: built(path, ".js") },
        ]),
      ),
      "./package.json": "./package.json",
    },
    bin: { "thread-stats": built(exports["./cli"], ".js") },
    // Older ones cannot `require()` modules, and have not been tested.
    engines: { node: ">=22.18", bun: ">=1.4", deno: ">=2.9" },
    // The page's charts. Nothing else loads it.
    dependencies: { uplot: "1.6.32" },
    // What maps files into memory for `./file` on Node.
    peerDependencies: { koffi: "^3.3.4" },
    peerDependenciesMeta: { koffi: { optional: true } },
    files: ["**/*"],
  };
}
