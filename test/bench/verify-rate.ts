import { execFile } from 'node:child_process'
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** The size of a small receipt's signing input. */
const MESSAGE_BYTES = 600

/** Ed25519 signatures checked a second on all cores, and by what this was measured. */
export async function measureVerify(ms: number): Promise<{ name: string; perSecond: number }> {
  const cores = availableParallelism()
  const seconds = String(Math.max(1, Math.round(ms / 1000)))
  const args = ['speed', '-seconds', seconds, '-multi', String(cores), '-mr', 'ed25519']
  const output = await run('openssl', args).then(
    ({ stdout }) => stdout,
    () => '',
  )
  // +F6:<n>:<bits>:<name>:<signatures a second>:<checks a second>
  const found = /^\+F6:\d+:\d+:Ed25519:[\d.]+:([\d.]+)$/m.exec(output)?.[1]
  if (found !== undefined)
    return { name: `openssl speed, Ed25519 verify, ${cores} cores`, perSecond: Number(found) }
  return { name: `crypto.verify, ${cores} cores (no openssl)`, perSecond: await verifyHere(ms) }
}

/** Callbacks go to the thread pool, so that all cores take part. */
async function verifyHere(ms: number): Promise<number> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const message = Buffer.alloc(MESSAGE_BYTES, 'receipt')
  const signature = sign(null, message, privateKey)
  const begin = performance.now()
  let checks = 0
  const work = async (): Promise<void> => {
    while (performance.now() - begin < ms) {
      await new Promise<void>((resolve, reject) => {
        verify(null, message, publicKey, signature, (error, good) => {
          if (error !== null || !good) reject(error ?? new Error('a good signature was refused'))
          else resolve()
        })
      })
      checks++
    }
  }
  await Promise.all(Array.from({ length: 64 }, work))
  return checks / ((performance.now() - begin) / 1000)
}
