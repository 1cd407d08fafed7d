import { connect, type Socket } from "node:net";

/** What comes back for bytes that no well-behaved client would send, until the server ends the connection. */
export function send(port: number, head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(head));
    socket.setEncoding("utf8").on("data", (text: string) => said += text);
    socket.on("end", () => resolve(said)).on("error", reject);
  });
}

/** A client that has begun to send, and never goes on. */
export function begin(port: number, head: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(head, () => resolve(socket)));
    socket.on("error", reject).resume();
  });
}
