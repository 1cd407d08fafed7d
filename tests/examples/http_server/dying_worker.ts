// A worker of the server example that cannot start.
throw new Error("no start");
