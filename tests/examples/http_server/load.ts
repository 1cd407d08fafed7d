/** One request of a load. */
export interface Shot {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

/**
 * Sends `amount` requests over several connections, going round the plan, and reads each answer to its end.
 *
 * @returns How often each method got each status: `{ "GET 200": 1234 }`
 */
export async function load(
  url: string,
  plan: readonly Shot[],
  { amount, connections = 16 }: { amount: number; connections?: number },
): Promise<Record<string, number>> {
  const answers: Record<string, number> = {};
  let next = 0;
  const connection = async () => {
    while (next < amount) {
      const { method, path, body } = plan[next++ % plan.length];
      const response = await fetch(url + path, { method, body });
      await response.arrayBuffer();
      const answer = `${method} ${response.status}`;
      answers[answer] = (answers[answer] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  return answers;
}
