import { getPriority, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { doLongWork, type LongPiece } from './long-work.ts'

// The other end of threads.server.ts. Linux gives each thread a priority of its own, so that the
// event loop, the signatures and the database go before a stranger's long work. Without rights a
// thread can't raise the priority that the portal was started with.
const { nice } = workerData as { nice: number }
if (process.platform === 'linux' && nice > getPriority()) setPriority(nice)

parentPort!.on('message', (pieces: LongPiece[]) => {
  parentPort!.postMessage(pieces.map(doLongWork))
})
