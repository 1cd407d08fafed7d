/**
 * A command with its source opened: requests to a page go over the net, and those to a file are
 * answered here, by the code that answers them in a program.
 *
 * @module
 */
import type { Ask } from "../dashboard/shared/connection.ts";
import type { FileView } from "../file/inspect_file.ts";
import type { Command } from "./arguments.ts";

/** A command, and who answers its requests. */
export interface Task extends Command {
  readonly ask: Ask;
  /** What is looked at, in a word. */
  readonly place: string;
  /** What somebody who reads the answers should know. */
  notes(): readonly string[];
}

/**
 * Opens what a command looks at.
 *
 * @throws {Error} When there is no such file, or it is none with statistics.
 */
export async function open(command: Command): Promise<Task> {
  const { path, address } = command;
  if (path === "") {
    return { ...command, ask: fetch, place: new URL(address).host, notes: () => [] };
  }
  const [{ inspectFile }, { dashboardHandler }] = await Promise.all([
    import("../file/inspect_file.ts"),
    import("../dashboard/handler.ts"),
  ]);
  const view = inspectFile(path);
  const handler = dashboardHandler(view, { title: path.split(/[/\\]/).at(-1)! });
  return {
    ...{ ...command, place: path },
    ask: async (url, { signal, headers } = {}) => {
      let response: Response;
      try {
        response = await handler(new Request(url, { headers }));
      } catch (error) {
        return new Response((error as Error).message, { status: 500 });
      }
      if (!signal || response.body === null) return response;
      // As the answers of `fetch` end: a stream that nobody reads costs snapshots.
      const body = response.body.pipeThrough(new TransformStream(), { signal });
      return new Response(body, response);
    },
    notes: () => notesOf(view),
  };
}

/** What a view could not have. */
function notesOf(view: FileView): string[] {
  const notes = view.missing().map(({ metric, slot, buckets }) =>
    `${metric}: ${buckets} of the thread in slot ${slot} changed too often to be read`
  );
  if (view.processes().some(({ isAlive }) => isAlive === undefined)) {
    notes.push(
      "/proc/locks cannot be read: threads of processes that have ended may be shown as active",
    );
  }
  return notes;
}
