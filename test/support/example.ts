import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { SDK } from './sdk.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const READY_MS_MAX = 200_000

/** An example as a person starts it, by its one command. */
export interface Example {
  url: string
  /** As Ctrl-C; gives the exit code. */
  stop(): Promise<number | null>
  said(): string
}

export async function startExample(name: string, env: Record<string, string>): Promise<Example> {
  const child = spawn(process.execPath, [join(SDK, 'examples', 'start.mjs'), name], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Nothing of this machine's own: a key of a real provider would ask a real one.
    env: {
      NODE_ENV: 'production',
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: '0',
      ...env,
    },
  })
  let said = ''
  for (const output of [child.stdout, child.stderr])
    output.on('data', (text: Buffer) => (said += text.toString()))
  const deadline = Date.now() + READY_MS_MAX
  let url: string | undefined
  while ((url = /Ready[^]*?(http:\/\/localhost:\d+)[^]*\n$/.exec(said)?.[1]) === undefined) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGINT')
      throw new Error(`the example ${name} did not start: ${said}`)
    }
    await new Promise((resume) => setTimeout(resume, 20))
  }
  return { url, stop: () => stop(child), said: () => said }
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null) {
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    await ended
  }
  return child.exitCode
}

/** What an answer's events hold. */
export interface ReadAnswer {
  text: string
  pieces: number
  receipt: { receiptId?: string; verifyUrl?: string; error?: string } | null
}

/** Asks as the example's own curl line does. With `stopAfter`, presses Stop after so many pieces. */
export async function ask(
  address: string,
  question: string,
  options: { stopAfter?: number } = {},
): Promise<ReadAnswer> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ question }),
  })
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
  const answer: ReadAnswer = { text: '', pieces: 0, receipt: null }
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let left = ''
  const reader = response.body!.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    left += decoder.decode(read.value, { stream: true })
    const events = left.split('\n\n')
    left = events.pop()!
    for (const event of events.filter((one) => one.startsWith('data: '))) {
      const data = JSON.parse(event.slice(6)) as { type: string; text: string }
      if (data.type === 'receipt') answer.receipt = data as object
      if (data.type !== 'text') continue
      answer.text += data.text
      if (++answer.pieces === options.stopAfter) await pressStop(address, response)
    }
  }
  return answer
}

async function pressStop(address: string, response: Response): Promise<void> {
  const headers = { 'counterfoil-stream': response.headers.get('counterfoil-stream')! }
  const { status } = await fetch(address, { method: 'DELETE', headers })
  if (status !== 204) throw new Error(`Stop was answered with ${status}`)
}
