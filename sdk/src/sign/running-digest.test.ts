import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRunningDigest } from './running-digest.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe.each([
  ['Node', () => undefined],
  ['a platform without node:crypto', () => vi.stubGlobal('process', {})],
  [
    'one that has only a part of it',
    () => vi.stubGlobal('process', { getBuiltinModule: () => ({ createHash: () => ({}) }) }),
  ],
])('on %s', (_, stub) => {
  beforeEach(() => void stub())

  test('is the SHA-256 of all pieces', () => {
    const digest = createRunningDigest()
    const whole = createHash('sha256')
    for (let i = 0; i < 500; i++) {
      const piece = Buffer.alloc((i * 37) % 300, i)
      digest.write(i % 2 === 0 ? piece : piece.toString('latin1'))
      whole.update(i % 2 === 0 ? piece : Buffer.from(piece.toString('latin1')))
    }
    digest.write('\ud83d')
    digest.write('\ude42 end')
    expect(digest.end()).toEqual(new Uint8Array(whole.update('\u{1f642} end').digest()))
  })
})

test('Node hashes by its own code', () => {
  const native = vi.fn(createHash)
  vi.stubGlobal('process', { getBuiltinModule: () => ({ createHash: native }) })
  createRunningDigest()
  expect(native).toHaveBeenCalledWith('sha256')
})
