import { startEmbedded } from '#db/embedded.server.ts'

// A process for tests to kill: it starts the database of the folder it is given, says so, and
// stays. It takes no notice of Ctrl-C, so that what a Ctrl-C does to the database can be seen.
process.on('SIGINT', () => undefined)
const dataDir = process.argv[2]
if (!dataDir) throw new Error('no data folder given')
const embedded = await startEmbedded({ dataDir })
process.stdout.write(
  `${JSON.stringify({ connection: embedded.connection, server: embedded.processId() })}\n`,
)
setInterval(() => undefined, 1000)
