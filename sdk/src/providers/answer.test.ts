import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { tapAnthropic } from '../anthropic.ts'
import { createAnswer } from './answer.ts'
import type { Counterfoil } from '../counterfoil.ts'
import { encodeBase64url } from '../receipt/bytes.ts'
import { composeMessage } from './message.ts'
import { tapOpenAI } from '../openai.ts'
import { createRunningDigest } from '../sign/running-digest.ts'
import { tapSse, withReceiptTrailer } from '../tap-sse.ts'

const digestOf = (content: string): string =>
  createHash('sha256').update(content).digest('base64url')

function answerOf(options: { reasoning?: boolean; subject?: 'text' | 'message' } = {}) {
  const text = createRunningDigest()
  const message = createRunningDigest()
  const answer = createAnswer({ text, message, ...options })
  return {
    answer,
    end: () => {
      const { subject, ...rest } = answer.end()
      const digest = encodeBase64url((subject === 'text' ? text : message).end())
      return { subject, digest, ...rest }
    },
  }
}

const TEXTS = [
  '',
  'plain',
  'quotes " and \\ and / and \u0000\u001f\b\f\n\r\t\u007f\u2028',
  'Grüß dich, 😀!',
  '\ud83d alone, \ude00 alone, and \ud83d',
]

test.each(TEXTS)(
  'a message is what JSON.stringify writes, wherever its text is cut: %j',
  (text) => {
    const toolCalls = [{ id: 'a', name: 'b', input: '{"c":"\\u0000"}' }]
    const expected = JSON.stringify({ role: 'assistant', text, toolCalls })
    expect(composeMessage({ text, toolCalls })).toBe(expected)
    for (let i = 0; i <= text.length; i++)
      for (let j = i; j <= text.length; j++) {
        const { answer, end } = answerOf()
        for (const piece of [text.slice(0, i), text.slice(i, j), text.slice(j)]) answer.text(piece)
        answer.tool(0, { id: 'a', name: 'b', input: '{"c":' })
        answer.tool(0, { name: 'b', input: '"\\u0000"}' })
        answer.finish('stop')
        expect(end()).toMatchObject({ subject: 'message', digest: digestOf(expected) })
      }
  },
)

test('a message has all its members in one order, and none that is empty', () => {
  expect(composeMessage({ text: '' })).toBe('{"role":"assistant","text":""}')
  expect(
    composeMessage({
      reasoning: 'r',
      toolCalls: [{ input: 'i', name: 'n', id: 'd' }],
      refusal: 'no',
      text: 't',
    }),
  ).toBe(
    '{"role":"assistant","text":"t","refusal":"no","toolCalls":[{"id":"d","name":"n","input":"i"}],"reasoning":"r"}',
  )
})

test('the caller may decide what is signed', () => {
  const texts = answerOf({ subject: 'text' })
  const messages = answerOf({ subject: 'message' })
  for (const { answer } of [texts, messages]) {
    answer.text('both')
    answer.finish('stop')
  }
  texts.answer.tool(0, { id: 'x', name: 'y' })
  expect(texts.end()).toMatchObject({ subject: 'text', digest: digestOf('both') })
  expect(messages.end()).toMatchObject({
    subject: 'message',
    digest: digestOf(composeMessage({ text: 'both' })),
  })
})

describe('a stream is not disturbed where nothing of the SDK works', () => {
  const broken = new Proxy({} as Counterfoil, {
    get: () => () => {
      throw new Error('everything is broken')
    },
  })
  const chunks = [{ choices: 'not a list' }, null, 7, { type: 'content_block_delta' }]
  const source = () => {
    const failure = new Error('the provider’s own')
    async function* iterate() {
      for (const chunk of chunks) yield await Promise.resolve(chunk)
      throw failure
    }
    const controller = new AbortController()
    return { failure, stream: { controller, [Symbol.asyncIterator]: iterate } }
  }

  test.each([tapOpenAI, tapAnthropic])('%o', async (tap) => {
    const { failure, stream } = source()
    const heard: unknown[] = []
    const tapped = tap(broken, stream, { onError: (error) => heard.push(error.code) })
    const seen: unknown[] = []
    await expect(
      (async () => {
        for await (const chunk of tapped) seen.push(chunk)
      })(),
    ).rejects.toBe(failure)
    expect(seen).toEqual(chunks)
    expect(await tapped.receipt).toBeNull()
    expect(heard).toEqual(['tap_failed'])
  })

  test('bytes, with a trailer or without', async () => {
    const bytes = 'data: {"choices":[]}\n\ndata: no JSON\n\ndata: [DONE]\n\n'
    const body = () => new Response(bytes).body!
    for (const tapped of [
      tapSse(broken, body(), { read: 'openai' }),
      tapSse(broken, body()),
      withReceiptTrailer(broken, body()),
    ]) {
      expect(await new Response(tapped).text()).toBe(bytes)
      expect(await tapped.receipt).toBeNull()
    }
  })
})
