import { parentPort } from 'node:worker_threads'
import { createSignatureCheck, type PackedSignature } from './signatures.ts'

// The other end of threads.server.ts.
const check = createSignatureCheck()

parentPort!.on('message', (pieces: PackedSignature[]) => {
  parentPort!.postMessage(pieces.map(check))
})
