/**
 * NestJS with `@willsoto/nestjs-prometheus`. Decorators are called, as they are no erasable syntax.
 *
 * @module
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
require("reflect-metadata");
const { Controller, Get, Inject, Module, Param } = require("@nestjs/common");
const { NestFactory } = require("@nestjs/core");
const prometheus = require("@willsoto/nestjs-prometheus");

interface Counter {
  inc(labels: Readonly<Record<string, string>>): void;
}

class Greeter {
  readonly greetings: Counter;

  constructor(greetings: Counter) {
    this.greetings = greetings;
  }

  greet(name: string): string {
    this.greetings.inc({ route: "greet", name });
    return `Hello ${name}`;
  }
}
Inject(prometheus.getToken("greetings_total"))(Greeter, undefined, 0);
Param("name")(Greeter.prototype, "greet", 0);
Get("greet/:name")(
  Greeter.prototype,
  "greet",
  Object.getOwnPropertyDescriptor(Greeter.prototype, "greet"),
);
Controller()(Greeter);

class App {}
Module({
  imports: [prometheus.PrometheusModule.register()],
  controllers: [Greeter],
  providers: [
    prometheus.makeCounterProvider({
      name: "greetings_total",
      help: "Greetings",
      labelNames: ["route", "name"],
    }),
  ],
})(App);

/** Starts the server, and returns its port. */
export async function listen(): Promise<number> {
  const app = await NestFactory.create(App, { logger: ["error"] });
  await app.listen(0, "127.0.0.1");
  return app.getHttpServer().address().port;
}
