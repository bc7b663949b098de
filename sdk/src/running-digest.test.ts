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
    'one whose hash can’t be copied',
    () => vi.stubGlobal('process', { getBuiltinModule: () => ({ createHash: () => ({}) }) }),
  ],
])('on %s', (_, stub) => {
  beforeEach(() => void stub())

  test('is the SHA-256 of all pieces, and may be looked at before its end', () => {
    const digest = createRunningDigest()
    const whole = createHash('sha256')
    for (let i = 0; i < 500; i++) {
      const piece = Buffer.alloc((i * 37) % 300, i)
      digest.write(i % 2 === 0 ? piece : piece.toString('latin1'))
      whole.update(i % 2 === 0 ? piece : Buffer.from(piece.toString('latin1')))
      if (i % 50 === 0) expect(digest.peek()).toEqual(new Uint8Array(whole.copy().digest()))
    }
    digest.write('\ud83d')
    digest.write('\ude42 end')
    expect(digest.end()).toEqual(new Uint8Array(whole.update('\u{1f642} end').digest()))
  })
})
