import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type AddressInfo, createServer } from "node:net";
import { Server } from "../../../examples/http_server/server.ts";

describe("Server", () => {
  it("start() tells why a worker could not start", async () => {
    const error = console.error;
    const logged: string[] = [];
    console.error = (line: string) => logged.push(line);
    try {
      const script = new URL("./dying_worker.ts", import.meta.url);
      const start = () => Server.start({ port: 0, workers: 2, crash: false, script });
      await assertRejects(start, Error, "Cannot serve: all workers must start, got ");
    } finally {
      console.error = error;
    }
    assertEquals(logged.every((line) => /^serve: worker-[12] died: .*no start/.test(line)), true);
  });

  it("start() tells that a port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    await assertRejects(() => Server.start({ port, workers: 1, crash: false }), Error, "in use");
    await new Promise((resolve) => other.close(resolve));
  });

  it("close() ends the workers, and nothing listens any more", async () => {
    const server = await Server.start({ port: 0, workers: 1, crash: false });
    const response = await fetch(server.url);
    assertEquals([response.status, (await response.text()).slice(0, 17)], [
      200,
      "Hello from worker",
    ]);
    await server.close();
    await assertRejects(() => fetch(server.url));
  });
});
