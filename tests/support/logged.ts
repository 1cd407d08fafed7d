/** Runs a function, and returns what it gave to `console.error` meanwhile. */
export async function loggedErrors(
  run: () => Promise<void>,
): Promise<unknown[]> {
  const { error } = console;
  const logged: unknown[] = [];
  console.error = (...parts: unknown[]) => void logged.push(...parts);
  try {
    await run();
  } finally {
    console.error = error;
  }
  return logged;
}
