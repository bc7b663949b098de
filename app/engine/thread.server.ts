import { parentPort, workerData } from 'node:worker_threads'
import { createDesk, unpack, type Answer, type Packed } from './desk.server.ts'

// The other end of threads.server.ts.
const desk = createDesk(workerData as { publicUrl: string })

parentPort!.on('message', (pieces: Packed[]) => {
  parentPort!.postMessage(pieces.map(answer))
})

/** What fails here fails again on the event loop, whose request it is, and not all the others'. */
function answer(packed: Packed): Answer | undefined {
  try {
    return desk(unpack(packed))
  } catch {
    return undefined
  }
}
