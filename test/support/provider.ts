import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { anthropicAnswer, anthropicEvents } from './provider-anthropic.ts'
import { chatAnswer, chatEvents, responseAnswer, responseEvents } from './provider-openai.ts'

/**
 * What a stand-in model says, in pieces. Its name chooses it; where it ends in `+crlf` the same
 * stream comes with CRLF, and where it ends in `+bytes` in chunks of three bytes.
 */
export interface Script {
  reasoning?: string[]
  text?: string[]
  tools?: { id: string; name: string; input: string[] }[]
  /** The provider's own word for why it ended; `stop` by default. */
  finish?: 'stop' | 'length' | 'tools'
  /** After the text: an error in the stream, the socket destroyed, or the body just ended. */
  then?: 'error' | 'cut' | 'end'
  /** Milliseconds between two events. */
  everyMs?: number
  /** No stream at all: this status, with an error body. */
  status?: number
}

const TOOLS = [
  { id: 'call_1', name: 'weather', input: ['{"city"', ':"Zür', 'ich"}'] },
  { id: 'call_2', name: 'clock', input: ['{}'] },
]

export const SCRIPTS: Record<string, Script> = {
  // Two of its characters are cut in their middle, one is empty.
  'says-hello': { text: ['Grüß', ' di', 'ch, ', '\ud83d', '\ude00', '', '!\r\n', '"Ende" \\'] },
  'says-nothing': { text: [] },
  'stops-at-length': { text: ['as long as', ' it may be'], finish: 'length' },
  'calls-tools': { text: ['I’ll look. '], tools: TOOLS, finish: 'tools' },
  'calls-tools-only': { tools: TOOLS, finish: 'tools' },
  thinks: { reasoning: ['Let me', ' see…'], text: ['It is ', '42.'] },
  'fails-midway': { text: ['one ', 'two '], then: 'error' },
  'is-cut-off': { text: ['one ', 'two '], then: 'cut' },
  'ends-too-early': { text: ['one ', 'two '], then: 'end' },
  'is-slow': { text: Array.from({ length: 500 }, (_, i) => `${i} `), everyMs: 20 },
  'is-long': { text: Array.from({ length: 2000 }, (_, i) => `piece ${i}, `) },
  refuses: { status: 400 },
  'is-overloaded': { status: 503 },
}

export interface ProviderRequest {
  path: string
  model: string
  body: Record<string, unknown>
  /** `finished`: all was sent. `left`: the client closed the socket before. */
  ended: Promise<'finished' | 'left'>
}

export interface Provider {
  /** `http://127.0.0.1:<port>`: OpenAI's base URL is this with `/v1`, Anthropic's is this. */
  origin: string
  requests: ProviderRequest[]
  close(): Promise<void>
}

/** A server that speaks two providers' wire formats and has no model behind it. */
export async function startProvider(
  options: { port?: number; scripts?: Record<string, Script> } = {},
): Promise<Provider> {
  const scripts = { ...SCRIPTS, ...options.scripts }
  const requests: ProviderRequest[] = []
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(pieces).toString() || '{}') as Record<string, unknown>
      const model = String(body.model)
      const path = request.url ?? ''
      const ended = new Promise<'finished' | 'left'>((resolve) => {
        response.on('close', () => resolve(response.writableFinished ? 'finished' : 'left'))
      })
      requests.push({ path, model, body, ended })
      void answer(response, { path, model, isStream: body.stream === true })
    })
  })

  async function answer(
    response: ServerResponse,
    { path, model, isStream }: { path: string; model: string; isStream: boolean },
  ): Promise<void> {
    const [name = '', ...ways] = model.split('+')
    const script = scripts[name] ?? SCRIPTS['says-hello']!
    const format = FORMATS.find((one) => path.endsWith(one.path))
    if (format === undefined || script.status !== undefined) {
      const status = script.status ?? 404
      const error = { type: 'stand_in_error', message: 'The stand-in was asked to fail.' }
      send(response, status, { type: 'error', error })
      return
    }
    if (!isStream) {
      send(response, 200, format.answer(script, model))
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    for (const event of format.events(script, model)) {
      if (response.destroyed) return
      if (event === 'cut') {
        // What was written before is to arrive: only then does the socket go.
        await pause(20)
        response.destroy()
        return
      }
      if (script.everyMs !== undefined) await pause(script.everyMs)
      await write(response, ways.includes('crlf') ? event.replaceAll('\n', '\r\n') : event, ways)
    }
    response.end()
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const FORMATS = [
  { path: '/chat/completions', answer: chatAnswer, events: chatEvents },
  { path: '/responses', answer: responseAnswer, events: responseEvents },
  { path: '/messages', answer: anthropicAnswer, events: anthropicEvents },
]

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function send(response: ServerResponse, status: number, body: object): void {
  // Clients try again by themselves; a test wants to see the first answer.
  response.writeHead(status, { 'content-type': 'application/json', 'x-should-retry': 'false' })
  response.end(JSON.stringify(body))
}

async function write(response: ServerResponse, event: string, ways: string[]): Promise<void> {
  const bytes = Buffer.from(event)
  const size = ways.includes('bytes') ? 3 : bytes.length
  for (let at = 0; at < bytes.length; at += size) {
    response.write(bytes.subarray(at, at + size))
    // A macrotask between two writes, so that they can arrive apart.
    if (ways.includes('bytes')) await pause(0)
  }
}
