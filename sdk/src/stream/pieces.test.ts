import { expect, test } from 'vitest'
import { createTextTaker, readPiece } from './pieces.ts'

test.each<[string, unknown, object]>([
  ['a string', 'text', { text: 'text' }],
  ['our own event', { type: 'text', text: 'text' }, { text: 'text' }],
  [
    'a chat completion’s chunk',
    { choices: [{ index: 0, delta: { content: 'a' } }] },
    { text: 'a' },
  ],
  [
    'its last chunk',
    { choices: [{ index: 0, delta: {}, finish_reason: 'length' }] },
    { text: '', end: 'length' },
  ],
  ['its second choice', { choices: [{ index: 1, delta: { content: 'b' } }] }, { text: '' }],
  ['its trailer', { choices: [], counterfoil: {} }, { text: '' }],
  ['a response’s delta', { type: 'response.output_text.delta', delta: 'a' }, { text: 'a' }],
  [
    'Anthropic’s delta',
    { type: 'content_block_delta', delta: { type: 'text_delta', text: 'a' } },
    { text: 'a' },
  ],
  [
    'Anthropic’s thinking',
    { type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: 'a' } },
    { text: '' },
  ],
  [
    'Anthropic’s end',
    { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
    { text: '', end: 'end_turn' },
  ],
  ['the AI SDK’s full stream', { type: 'text-delta', id: '0', text: 'a' }, { text: 'a' }],
  ['the AI SDK’s page stream', { type: 'text-delta', id: '0', delta: 'a' }, { text: 'a' }],
  ['its reasoning', { type: 'reasoning-delta', id: '0', text: 'a' }, { text: '' }],
  ['its end', { type: 'finish', finishReason: 'stop' }, { text: '', end: 'stop' }],
  ['its failure', { type: 'error', error: 'busy' }, { text: '', failure: 'busy' }],
  ['nothing', null, { text: '' }],
  ['a number', 1, { text: '' }],
])('the text of %s is read by its shape', (_name, chunk, piece) => {
  expect(readPiece(chunk)).toEqual(piece)
})

test('half a character waits for its other half, and comes at the end if that never comes', () => {
  const taker = createTextTaker<string>(undefined)
  expect(['a\ud83d', '', '\ude00b', '\ud83d'].map((piece) => taker.take(piece).text)).toEqual([
    'a',
    '',
    '😀b',
    '',
  ])
  expect(taker.rest()).toBe('\ud83d')
})

test('bytes are UTF-8 that may be cut inside a character, and a mark at their start is kept', () => {
  const bytes = new TextEncoder().encode('\ufeffGrüß 😀')
  for (let at = 0; at <= bytes.length; at++) {
    const taker = createTextTaker<Uint8Array>(undefined)
    const pieces = [bytes.subarray(0, at), bytes.subarray(at)].map((cut) => taker.take(cut).text)
    expect(pieces.join('') + taker.rest()).toBe('\ufeffGrüß 😀')
  }
})
