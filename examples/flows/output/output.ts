import process from "node:process";

const CHUNK_CHARACTERS = 64 * 1024;

/** Writes lines to standard output and waits until they are gone, so that no end of the program cuts them off. */
export async function printLines(lines: Iterable<string>): Promise<void> {
  let text = "";
  for (const line of lines) {
    text += line + "\n";
    if (text.length >= CHUNK_CHARACTERS) {
      await write(text);
      text = "";
    }
  }
  await write(text);
}

function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => error ? reject(error) : resolve());
  });
}
