import { Buffer } from 'node:buffer'
import { expect, test, vi } from 'vitest'
import { createLogSink, type Put } from './log-sink.ts'

/** A disk with room for so many bytes. */
function makeDisk(room: number) {
  const disk = { room, text: '' }
  const put: Put = (bytes, done) => {
    const written = Math.min(bytes.length, disk.room)
    if (written === 0) {
      done(Object.assign(new Error('full'), { code: 'ENOSPC' }), 0)
      return
    }
    disk.room -= written
    disk.text += Buffer.from(bytes.subarray(0, written)).toString()
    done(null, written)
  }
  return { disk, put }
}

const rest = (ms: number) => new Promise((resume) => setTimeout(resume, ms))

test('13.18: lines that find no room are written once there is room, whole and in order', async () => {
  const { disk, put } = makeDisk(10)
  const sink = createLogSink(put)
  for (let i = 0; i < 5; i++) sink.write(`line ${i}\n`)
  await rest(20)
  expect(disk.text).toBe('line 0\nlin')
  sink.write('line 5\n')
  disk.room = 1_000
  await rest(1_100)
  expect(disk.text).toBe('line 0\nline 1\nline 2\nline 3\nline 4\nline 5\n')
})

test('13.18: lines beyond the limit are dropped, counted, and said once', async () => {
  const { disk, put } = makeDisk(0)
  const sink = createLogSink(put, 70)
  for (let i = 0; i < 10; i++) sink.write(`line ${i}\n`)
  await rest(20)
  for (let i = 10; i < 1_000; i++) sink.write(`line ${i}\n`)
  disk.room = 1_000
  await rest(1_100)
  sink.write('later\n')
  await rest(20)
  const lines = disk.text.split('\n')
  const said = lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as object)
  expect(said).toEqual([expect.objectContaining({ level: 40, reason: 'ENOSPC' })])
  const kept = lines.filter((line) => line.startsWith('line ')).length
  expect(said).toEqual([expect.objectContaining({ dropped: 1_000 - kept })])
  expect(lines.at(-2)).toBe('later')
})

test('13.18: a process that ends writes what waits, and does not wait for room', () => {
  const { disk, put } = makeDisk(5)
  const spy = vi.fn(put)
  const sink = createLogSink(spy)
  sink.write('one line\n')
  sink.flushSync()
  expect(disk.text).toBe('one l')
  sink.flushSync()
  expect(spy).toHaveBeenCalledTimes(3)
})
