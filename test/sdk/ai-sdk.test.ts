import { createOpenAICompatible as compatible2 } from '@ai-sdk/openai-compatible'
import * as ai6 from 'ai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { composeMessage, counterfoilMiddleware, type ModelCall } from '../../sdk/src/ai-sdk.ts'
import type { Counterfoil, SignedReceipt } from '../../sdk/src/index.ts'
import { chatUrl, prompt, versionsOf, type Options } from './ai-sdk-versions.ts'
import { SCRIPTS, startProvider, type Provider } from '../support/provider.ts'
import { startSigning, type SigningWorld } from '../support/receipted.ts'

let world: SigningWorld
let provider: Provider

beforeAll(async () => {
  world = await startSigning()
  provider = await startProvider()
})

afterEach(() => expect(world.errors.splice(0)).toEqual([]))

afterAll(async () => {
  await provider.close()
  await world.stop()
})

const middlewareOf = (options: Options = {}) =>
  counterfoilMiddleware({ counterfoil: world.counterfoil, ...options })

const TEXT = SCRIPTS['says-hello']!.text!.join('')
const MESSAGE = composeMessage({
  text: 'I’ll look. ',
  toolCalls: [
    { id: 'call_1', name: 'weather', input: '{"city":"Zürich"}' },
    { id: 'call_2', name: 'clock', input: '{}' },
  ],
})

/** A stream's parts without what differs from call to call, and without what we add. */
const bareParts = (parts: unknown[]): unknown =>
  JSON.parse(
    JSON.stringify(parts, (name, value: unknown) =>
      ['id', 'messageId', 'timestamp', 'counterfoil', 'date', 'headers', 'performance'].includes(
        name,
      ) || name.endsWith('Ms')
        ? undefined
        : value,
    ),
  )

const VERSIONS = versionsOf(() => provider.origin, middlewareOf)

/** The receipts that a call signed, in their order. */
function gather(): { signed: SignedReceipt[]; onReceiptSigned: (one: SignedReceipt) => void } {
  const signed: SignedReceipt[] = []
  return { signed, onReceiptSigned: (one) => signed.push(one) }
}

describe('VaultGraph’s AI SDK middleware', () => {
  describe.each(VERSIONS)('$name', ({ name, stream, generate }) => {
    test('a stream has a receipt of what was delivered, in its finish part', async () => {
      const { signed, onReceiptSigned } = gather()
      const { text, metadata } = await stream('says-hello+bytes', { onReceiptSigned })
      expect(text).toBe(TEXT)
      const report = await world.expectReceipt(signed[0]!, TEXT)
      expect(report.verdict).toBe('valid')
      expect(report.receipt.claims.outcome).toMatchObject({ status: 'complete' })
      expect(report.receipt.claims.provider).toMatch(/stand-in|anthropic/)
      const { receiptId, verifyUrl } = signed[0]!
      expect(metadata?.['counterfoil']).toEqual({ receiptId, verifyUrl })
    })

    test.each(['says-hello', 'says-nothing', 'stops-at-length', 'thinks', 'fails-midway'])(
      'a wrapped stream gives what the bare one gives: %s',
      async (model) => {
        const bare = await stream(model, null)
        const wrapped = await stream(model, {})
        expect(bareParts(wrapped.parts)).toEqual(bareParts(bare.parts))
        expect(String(wrapped.error)).toBe(String(bare.error))
      },
    )

    test('tool calls are signed as one JSON message, streamed or not', async () => {
      const { signed, onReceiptSigned } = gather()
      await stream('calls-tools', { onReceiptSigned })
      await generate('calls-tools', { onReceiptSigned })
      expect(signed).toHaveLength(2)
      for (const one of signed)
        expect((await world.expectReceipt(one, MESSAGE)).receipt.claims.content.subject).toBe(
          'message',
        )
    })

    test('a generated answer has its receipt in providerMetadata', async () => {
      const { text, metadata } = await generate('says-hello', {})
      expect(text).toBe(TEXT)
      const { receiptId } = metadata!['counterfoil'] as { receiptId: string }
      await world.counterfoil.flush()
      const { body } = await world.portal.call('GET', `/v1/receipts/${receiptId}`)
      expect(body).toMatchObject({ verdict: 'valid' })
    })

    test.each(['refuses', 'is-overloaded'])(
      'a failed call has a failed receipt, and its error is thrown on: %s',
      async (model) => {
        for (const call of [generate, stream]) {
          const { signed, onReceiptSigned } = gather()
          const bare = await call(model, null)
          const wrapped = await call(model, { onReceiptSigned })
          expect(bare.error).not.toBeNull()
          expect(String(wrapped.error)).toBe(String(bare.error))
          // The error doesn't wait for its receipt.
          await expect.poll(() => signed.length).toBe(1)
          const report = await world.expectReceipt(signed[0]!, '')
          expect(report.receipt.claims.outcome).toMatchObject({ status: 'failed', end: 'error' })
        }
      },
    )

    test.each(['fails-midway', 'is-cut-off'])(
      'a stream that breaks has a partial receipt of what came: %s',
      async (model) => {
        const { signed, onReceiptSigned } = gather()
        const { error } = await stream(model, { onReceiptSigned })
        expect(error).not.toBeNull()
        await expect.poll(() => signed.length).toBe(1)
        const report = await world.expectReceipt(signed[0]!, 'one two ')
        expect(report.receipt.claims.outcome).toMatchObject({ status: 'partial', end: 'error' })
      },
    )

    test('an abort stops the model, and the receipt says so', async () => {
      const { signed, onReceiptSigned } = gather()
      const stop = new AbortController()
      setTimeout(() => stop.abort(), 300)
      const { text } = await stream('is-slow', { onReceiptSigned }, stop.signal)
      expect(await provider.requests.at(-1)!.ended, name).toBe('left')
      await expect.poll(() => signed.length).toBe(1)
      const report = await world.reportOf(signed[0]!)
      expect(report.receipt.claims.outcome).toMatchObject({ status: 'partial', end: 'aborted' })
      // What the SDK took and its reader did not see any more is at most one part.
      expect(report.receipt.claims.content.length - text.length).toBeLessThanOrEqual(4)
      expect(report.receipt.claims.content.length).toBeGreaterThanOrEqual(text.length)
    })
  })

  const six = VERSIONS[2]!

  test('hooks of the same names are told how a call ended', async () => {
    const calls: ModelCall[] = []
    const { signed, onReceiptSigned } = gather()
    await six.stream('says-hello', {
      onReceiptSigned,
      deriveJobId: (call) => {
        calls.push(call)
        return `request-1:${call.type}`
      },
      deriveMetadata: ({ type, error }) => ({ runType: type, hadError: Boolean(error), at: 7 }),
      deriveResolution: ({ error }) => (error === undefined ? 'partial' : 'failed'),
    })
    expect(calls[0]).toMatchObject({
      type: 'stream',
      resolution: 'success',
      finishReason: 'stop',
      model: { modelId: 'says-hello' },
    })
    const report = await world.reportOf(signed[0]!)
    expect(report.receipt.claims).toMatchObject({
      meta: { runType: 'stream', hadError: 'false', at: '7', job: 'request-1:stream' },
      outcome: { status: 'partial', end: 'stop' },
    })
  })

  test('a failed attempt never takes the job’s place from the retry that succeeds', async () => {
    const { signed, onReceiptSigned } = gather()
    const options = { onReceiptSigned, deriveJobId: () => 'a-job-that-is-retried' }
    await six.generate('is-overloaded', options)
    await expect.poll(() => signed.length).toBe(1)
    await six.stream('is-cut-off', options)
    await expect.poll(() => signed.length).toBe(2)
    await six.generate('says-hello', options)
    const claims = []
    for (const one of signed) claims.push((await world.reportOf(one)).receipt.claims)
    expect(claims.map(({ jti, meta, outcome }) => [jti, meta?.['job'], outcome.status])).toEqual([
      [undefined, 'a-job-that-is-retried', 'failed'],
      [undefined, 'a-job-that-is-retried', 'partial'],
      ['a-job-that-is-retried', undefined, 'complete'],
    ])
    // Done once more, it is the second answer of this job: the portal keeps the first.
    await six.generate('says-nothing', options)
    expect(await signed[3]!.delivery).toMatchObject({
      state: 'conflict',
      receiptId: signed[2]!.receiptId,
    })
  })

  test('a single call can name its job, and without one none is made up', async () => {
    const { signed, onReceiptSigned } = gather()
    const model = ai6.wrapLanguageModel({
      model: compatible2(chatUrl(provider.origin))('says-hello'),
      middleware: middlewareOf({ onReceiptSigned }),
    })
    const providerOptions = { counterfoil: { jobId: 'named-at-the-call' } }
    await ai6.generateText({ model, prompt, providerOptions })
    await ai6.generateText({ model, prompt })
    await ai6.generateText({ model, prompt })
    const ids = []
    for (const one of signed) ids.push((await world.reportOf(one)).receipt.claims.jti)
    expect(ids).toEqual(['named-at-the-call', undefined, undefined])
  })

  test('it makes its own Counterfoil of a key and a portal, with fetchImpl', async () => {
    const paths: string[] = []
    const { signed, onReceiptSigned } = gather()
    const middleware = counterfoilMiddleware({
      ...world.options,
      onReceiptSigned,
      fetchImpl: (input, init) => {
        paths.push(new URL(input instanceof Request ? input.url : input).pathname)
        return fetch(input, init)
      },
    })
    const model = ai6.wrapLanguageModel({
      model: compatible2(chatUrl(provider.origin))('says-hello'),
      middleware,
    })
    await ai6.generateText({ model, prompt })
    await middleware.counterfoil.flush()
    expect((await world.reportOf(signed[0]!)).verdict).toBe('valid')
    expect(paths).toEqual(['/v1/receipts/batch'])
    await middleware.counterfoil.close()
  })

  test('a hook that throws is left out, and onError hears of it', async () => {
    const errors: string[] = []
    const { signed, onReceiptSigned } = gather()
    const fail = (): never => {
      throw new Error('a hook’s own fault')
    }
    await six.stream('says-hello', {
      onReceiptSigned,
      deriveJobId: fail,
      deriveMetadata: fail,
      deriveResolution: fail,
      onError: (error) => errors.push(error.code),
    })
    expect((await world.expectReceipt(signed[0]!, TEXT)).verdict).toBe('valid')
    expect(errors).toEqual(['tap_failed', 'tap_failed', 'tap_failed'])
  })

  const broken = new Proxy({} as Counterfoil, {
    get: () => () => {
      throw new Error('everything is broken')
    },
  })
  test.each(['says-hello', 'calls-tools', 'fails-midway', 'refuses', 'is-cut-off'])(
    'a call is not disturbed when every part of this fails: %s',
    async (model) => {
      for (const call of [six.stream, six.generate]) {
        const bare = await call(model, null)
        const disturbed: Options = {
          counterfoil: broken,
          onError: () => {
            throw new Error('even this')
          },
        }
        const wrapped = await call(model, disturbed)
        expect(bareParts(wrapped.parts)).toEqual(bareParts(bare.parts))
        expect(String(wrapped.error)).toBe(String(bare.error))
        expect(wrapped.metadata).toEqual(bare.metadata)
      }
    },
  )

  test('a signer that never answers holds a call up no longer than it may', async () => {
    const { x } = JSON.parse(world.options.signingKey as string) as { x: string }
    const publicKey = Buffer.from(x, 'base64url')
    const middleware = counterfoilMiddleware({
      ...world.options,
      receiptWithinMs: 50,
      signingKey: { publicKey, sign: () => new Promise(() => undefined) },
    })
    const model = ai6.wrapLanguageModel({
      model: compatible2(chatUrl(provider.origin))('says-hello'),
      middleware,
    })
    const startedAt = performance.now()
    const { text, providerMetadata } = await ai6.generateText({ model, prompt })
    expect(text).toBe(TEXT)
    expect(providerMetadata?.['counterfoil']).toBeUndefined()
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })
})
