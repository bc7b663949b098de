// A full disk under standard output, or a reader who has left, must not end the portal: Node would
// raise the stream's error as an uncaught exception.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
