import { createAnthropic as anthropic3 } from '@ai-sdk/anthropic'
import { createOpenAICompatible as compatible2 } from '@ai-sdk/openai-compatible'
import * as ai6 from 'ai'
import * as ai5 from 'ai-v5'
import * as ai7 from 'ai-v7'
import { createAnthropic as anthropic2 } from 'anthropic-v2'
import { createAnthropic as anthropic4 } from 'anthropic-v4'
import { createOpenAICompatible as compatible1 } from 'openai-compatible-v1'
import { createOpenAICompatible as compatible3 } from 'openai-compatible-v3'
import type { counterfoilMiddleware } from '../../sdk/src/ai-sdk.ts'

export type Options = Partial<Parameters<typeof counterfoilMiddleware>[0]>

export interface Outcome {
  parts: unknown[]
  text: string
  error: unknown
  metadata: Record<string, unknown> | undefined
}

/** What a version of the AI SDK, with its providers, makes of a model's name. */
export interface Version {
  name: string
  stream: (model: string, options: Options | null, signal?: AbortSignal) => Promise<Outcome>
  generate: (model: string, options: Options | null) => Promise<Outcome>
}

export const prompt = 'Say something.'
const quiet = { onError: () => undefined, maxRetries: 0 }

interface Streamed {
  fullStream?: AsyncIterable<{ type: string }>
  providerMetadata: PromiseLike<Record<string, unknown> | undefined>
}

async function drain(result: Streamed): Promise<Outcome> {
  const parts: unknown[] = []
  let text = ''
  let error: unknown = null
  try {
    for await (const part of result.fullStream!) {
      parts.push(part)
      const told = part as { type: string; text?: string; error?: unknown }
      if (told.type === 'text-delta') text += told.text ?? ''
      if (told.type === 'error') error = told.error
    }
  } catch (thrown) {
    // A socket that breaks breaks the loop, and AI SDK 5 leaves its promises open then.
    return { parts, text, error: thrown, metadata: undefined }
  }
  const metadata = await Promise.resolve(result.providerMetadata).catch(() => undefined)
  return { parts, text, error, metadata }
}

async function settle(
  result: PromiseLike<{ text: string; content: unknown[]; providerMetadata?: object | undefined }>,
): Promise<Outcome> {
  try {
    const { text, content, providerMetadata } = await result
    const metadata = providerMetadata as Record<string, unknown> | undefined
    return { parts: content, text, error: null, metadata }
  } catch (error) {
    return { parts: [], text: '', error, metadata: undefined }
  }
}

export const chatUrl = (origin: string) => ({ name: 'stand-in', baseURL: `${origin}/v1` })
const messagesUrl = (origin: string) => ({ apiKey: 'sk-stand-in', baseURL: `${origin}/v1` })

/** Every published version, on the provider that listens at `origin` once they are used. */
export const versionsOf = (
  origin: () => string,
  middlewareOf: (options: Options) => ReturnType<typeof counterfoilMiddleware>,
): Version[] => [
  ...[
    {
      name: 'ai 5 with openai-compatible 1',
      model: (id: string) => compatible1(chatUrl(origin()))(id),
    },
    { name: 'ai 5 with anthropic 2', model: (id: string) => anthropic2(messagesUrl(origin()))(id) },
  ].map(({ name, model }): Version => {
    const wrap = (id: string, options: Options | null) =>
      options === null
        ? model(id)
        : ai5.wrapLanguageModel({ model: model(id), middleware: middlewareOf(options) })
    return {
      name,
      stream: (id, options, abortSignal) =>
        drain(
          ai5.streamText({
            model: wrap(id, options),
            prompt,
            ...quiet,
            ...(abortSignal === undefined ? {} : { abortSignal }),
          }),
        ),
      generate: (id, options) =>
        settle(ai5.generateText({ model: wrap(id, options), prompt, maxRetries: 0 })),
    }
  }),
  ...[
    {
      name: 'ai 6 with openai-compatible 2',
      model: (id: string) => compatible2(chatUrl(origin()))(id),
    },
    { name: 'ai 6 with anthropic 3', model: (id: string) => anthropic3(messagesUrl(origin()))(id) },
  ].map(({ name, model }): Version => {
    const wrap = (id: string, options: Options | null) =>
      options === null
        ? model(id)
        : ai6.wrapLanguageModel({ model: model(id), middleware: middlewareOf(options) })
    return {
      name,
      stream: (id, options, abortSignal) =>
        drain(
          ai6.streamText({
            model: wrap(id, options),
            prompt,
            ...quiet,
            ...(abortSignal === undefined ? {} : { abortSignal }),
          }),
        ),
      generate: (id, options) =>
        settle(ai6.generateText({ model: wrap(id, options), prompt, maxRetries: 0 })),
    }
  }),
  ...[
    {
      name: 'ai 7 with openai-compatible 3',
      model: (id: string) => compatible3(chatUrl(origin()))(id),
    },
    { name: 'ai 7 with anthropic 4', model: (id: string) => anthropic4(messagesUrl(origin()))(id) },
  ].map(({ name, model }): Version => {
    const wrap = (id: string, options: Options | null) =>
      options === null
        ? model(id)
        : ai7.wrapLanguageModel({ model: model(id), middleware: middlewareOf(options) })
    return {
      name,
      stream: (id, options, abortSignal) =>
        drain(
          ai7.streamText({
            model: wrap(id, options),
            prompt,
            ...quiet,
            ...(abortSignal === undefined ? {} : { abortSignal }),
          }),
        ),
      generate: (id, options) =>
        settle(ai7.generateText({ model: wrap(id, options), prompt, maxRetries: 0 })),
    }
  }),
]
