import { writeSync } from 'node:fs'
import { createDiskStore } from '../../sdk/src/outbox/disk-store.ts'
import { createCounterfoil, type CounterfoilOptions } from '../../sdk/src/index.ts'

/** What a process whose disk fills up is told to do. */
export interface SignUntilFull {
  portal: string
  issuer: string
  apiKey: string
  signingKey: CounterfoilOptions['signingKey']
  file: string
}

const told = JSON.parse(process.argv[2]!) as SignUntilFull
const counterfoil = createCounterfoil({ ...told, outbox: createDiskStore(told.file) })
const say = (line: string): void => void writeSync(1, `${line}\n`)

counterfoil.on('error', ({ code }) => say(`error ${code}`))

async function* words(i: number): AsyncGenerator<string> {
  for (const word of ['answer ', String(i), '\r\n', '']) yield await Promise.resolve(word)
}

/** One answer streamed and signed; gives its receipt's id, or null where it has none. */
async function stream(i: number): Promise<string | null> {
  const stream = counterfoil.tap(words(i))
  const seen: string[] = []
  for await (const word of stream) seen.push(word)
  if (seen.join('|') !== `answer |${i}|\r\n|`) say(`disturbed ${seen.join('|')}`)
  const signed = await stream.receipt
  if (signed !== null) say(`${i} ${signed.receiptId}`)
  return signed?.receiptId ?? null
}

let i = 0
while ((await stream(i++)) !== null);
say('full')
// A second and a third time: what was half written stands in nobody's way.
for (let more = 0; more < 2; more++) if ((await stream(i++)) !== null) say('room')
const { waiting } = await counterfoil.flush({ timeoutMs: 20_000 })
say(`flushed ${waiting}`)
say((await stream(i++)) === null ? 'still full' : 'room again')
await counterfoil.flush()
await counterfoil.close()
say('closed')
