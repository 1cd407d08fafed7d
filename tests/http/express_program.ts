import type { RequestListener } from "node:http";
import { listenWithNode } from "../support/listen.ts";
import type { StartProgram } from "./framework_cases.ts";
import type { NodeHandler, NodeResponse } from "../../src/http/node_types.ts";

type Middleware = (
  request: unknown,
  response: NodeResponse,
  next: () => void,
) => void;

/** What both versions of Express have. */
interface Router {
  use(path: string, handler: NodeHandler | Router): unknown;
  use(handler: Middleware): unknown;
  get(path: string, handler: NodeHandler): unknown;
}

/** Express, whichever version. */
export interface AnyExpress {
  (): Router & RequestListener;
  Router(): Router;
}

/** The program of the cases in Express. */
export function expressProgram(express: AnyExpress): StartProgram {
  return ({ metrics, live, broken }) => {
    const app = express();
    app.use((_, response, next) => {
      response.setHeader("Vary", "Origin");
      response.setHeader("X-One", "1");
      next();
    });
    app.get("/metrics", metrics);
    const api = express.Router();
    api.use("/metrics", metrics);
    app.use("/api", api);
    app.use("/live", live);
    app.get("/broken", broken);
    return listenWithNode(app);
  };
}
