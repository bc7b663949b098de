import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { createThreads } from './threads.server.ts'

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-threads-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes a thread's program, which can use `parentPort` and `double`, the work of most tests. */
function writeThread(name: string, code: string): string {
  const file = join(folder, `${name}.mjs`)
  const head = `import { parentPort, workerData } from 'node:worker_threads'
    const double = (pieces) => pieces.map((piece) => piece * workerData.by)\n`
  writeFileSync(file, head + code)
  return file
}
const good = writeThread(
  'good',
  "parentPort.on('message', (pieces) => parentPort.postMessage(double(pieces)))",
)

const PIECES = Array.from({ length: 300 }, (_, i) => i)
const DOUBLED = PIECES.map((piece) => piece * 2)
const double = (piece: number): number => piece * 2
const bytesOf = () => 1

/** Asks for all pieces at once, and counts those done on this thread. */
async function doAll(file: string, threads: number, doHere = double) {
  const here = vi.fn(doHere)
  const work = createThreads(here, { bytesOf, file, threads, workerData: { by: 2 } })
  const answers = await Promise.all(PIECES.map((piece) => work(piece)))
  return { answers, here: here.mock.calls.length, work }
}

test.each([1, 3])('many at once are each answered for themselves, by %i threads', async (count) => {
  const { answers, here } = await doAll(good, count)
  expect(answers).toEqual(DOUBLED)
  expect(here).toBeLessThan(PIECES.length)
})

test('a lone one is done at once, where it is', async () => {
  const here = vi.fn(double)
  const work = createThreads(here, { bytesOf, file: 'not-started.mjs', threads: 2 })
  expect(await work(21)).toBe(42)
  expect(here).toHaveBeenCalledOnce()
})

test('with no thread the event loop does them all, and has a turn after each', async () => {
  let turns = 0
  const count = (): void => {
    turns++
    next = setImmediate(count)
  }
  let next = setImmediate(count)
  const { answers, here } = await doAll(good, 0)
  clearImmediate(next)
  expect(answers).toEqual(DOUBLED)
  expect(here).toBe(PIECES.length)
  expect(turns).toBeGreaterThanOrEqual(PIECES.length - 1)
})

test('where the file was not built there is no thread', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const here = vi.fn(double)
  const work = createThreads(here, { bytesOf, file: join(folder, 'nothing.mjs') })
  expect(await Promise.all(PIECES.map((piece) => work(piece)))).toEqual(DOUBLED)
  expect(here).toHaveBeenCalledTimes(PIECES.length)
  expect(warned).not.toHaveBeenCalled()
  warned.mockRestore()
})

test('what a thread gives no answer to is done here, and what fails here fails alone', async () => {
  const shy = writeThread(
    'shy',
    `parentPort.on('message', (pieces) =>
      parentPort.postMessage(double(pieces).map((answer) => answer % 3 ? answer : undefined)))`,
  )
  const work = createThreads(
    (piece: number) => {
      if (piece === 150) throw new Error('not this one')
      return piece * 2
    },
    { bytesOf, file: shy, threads: 2, workerData: { by: 2 } },
  )
  const settled = await Promise.allSettled(PIECES.map((piece) => work(piece)))
  for (const [piece, { status }] of settled.entries())
    expect(status).toBe(piece === 150 ? 'rejected' : 'fulfilled')
  const answers = settled.map((one) => (one.status === 'fulfilled' ? one.value : 300))
  expect(answers).toEqual(DOUBLED)
})

test.each([
  ['never starts', 'throw new Error("no")'],
  ['ends in the middle of its work', "parentPort.once('message', () => process.exit(1))"],
  [
    'ends after its first answers',
    "parentPort.once('message', (pieces) => parentPort.postMessage(double(pieces)))",
  ],
])('a thread that %s loses nothing, and the portal goes on without it', async (name, code) => {
  const file = writeThread(name.replaceAll(' ', '-'), code)
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const { answers, work } = await doAll(file, 2)
  expect(answers).toEqual(DOUBLED)
  await vi.waitFor(() =>
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('It is not replaced')),
  )
  expect(await Promise.all(PIECES.map((piece) => work(piece)))).toEqual(DOUBLED)
  warned.mockRestore()
})

test('where no thread can be started everything is done here, after one warning', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  // Worker refuses this at once, as it does when the system has no thread left.
  const { answers, here } = await doAll('not an absolute path', 4)
  expect(answers).toEqual(DOUBLED)
  expect(here).toBe(PIECES.length)
  expect(warned).toHaveBeenCalledOnce()
  warned.mockRestore()
})

test('what is large goes alone, so that nothing small waits behind it for long', async () => {
  const told: number[] = []
  const counting = writeThread(
    'counting',
    "parentPort.on('message', (pieces) => parentPort.postMessage(pieces.map(() => pieces.length)))",
  )
  const isLarge = (piece: number): boolean => piece % 10 === 0
  const work = createThreads(() => 1, {
    bytesOf: (piece: number) => (isLarge(piece) ? 1_000_000 : 10),
    file: counting,
    threads: 1,
  })
  await Promise.all(PIECES.map(async (piece) => (told[piece] = await work(piece))))
  expect(told.filter((_, piece) => isLarge(piece))).toEqual(Array.from({ length: 30 }, () => 1))
  expect(Math.max(...told)).toBeGreaterThan(3)
})

test('13.1: a long piece waits for a thread, and a piece beyond the limit is refused', async () => {
  const here = vi.fn(double)
  const work = createThreads(here, {
    bytesOf,
    file: good,
    threads: 1,
    workerData: { by: 2 },
    isLong: { waitingMax: 20 },
  })
  const settled = await Promise.allSettled(PIECES.slice(0, 25).map((piece) => work(piece)))
  expect(settled.slice(0, 20)).toEqual(
    DOUBLED.slice(0, 20).map((value) => ({ status: 'fulfilled', value })),
  )
  expect(settled.slice(20).every(({ status }) => status === 'rejected')).toBe(true)
  expect(here).not.toHaveBeenCalled()
})

test('13.1: a long piece is done here where no thread can be had', async () => {
  const here = vi.fn(double)
  const file = join(folder, 'nothing.mjs')
  const isLong = { waitingMax: 10 }
  const work = createThreads(here, { bytesOf, file, threads: 0, isLong })
  expect(await work(21)).toBe(42)
  expect(here).toHaveBeenCalledOnce()
})
