/**
 * An npm registry with one package, so that a project can name it as it will once it is published.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A registry that answers until it is closed. */
export interface Registry {
  /** Ends with a slash, as npm has it. */
  readonly url: string;
  close(): void;
}

/** Starts a registry with the package whose manifest and tarball these are. */
export async function startRegistry(
  manifest: Readonly<{ name: string; version: string }>,
  tarball: string,
): Promise<Registry> {
  const bytes = readFileSync(tarball);
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  // npm's cache goes by addresses, so no other build may ever have this one's.
  const base = `/${createHash("sha256").update(bytes).digest("hex")}/`;
  let url = "";
  const server = createServer(({ url: path = "" }, response) => {
    if (path === `${base}package.tgz`) return void response.end(bytes);
    if (decodeURIComponent(path) !== base + manifest.name) {
      return void response.writeHead(404).end();
    }
    const dist = { tarball: `${url}package.tgz`, integrity };
    response.setHeader("content-type", "application/json").end(JSON.stringify({
      name: manifest.name,
      "dist-tags": { latest: manifest.version },
      versions: { [manifest.version]: { ...manifest, dist } },
    }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`;
  return {
    url,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
