import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

type Work = (...values: never[]) => unknown

interface Call {
  id: number
  name: string
  values: never[]
}
type Answer = { id: number; value: unknown } | { id: number; error: string }

export interface Helper<Api> {
  call<Name extends keyof Api & string>(
    name: Name,
    ...values: Api[Name] extends (...values: infer V) => unknown ? V : never
  ): Promise<Api[Name] extends (...values: never[]) => infer R ? Awaited<R> : never>
  stop(): Promise<void>
}

/** Another process of this bundle, asked by message. Portal and clients take a core each. */
export function startHelper<Api>(role: string, execArgv: string[] = []): Helper<Api> {
  const child = fork(fileURLToPath(import.meta.url), [role], {
    execArgv,
    serialization: 'advanced',
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const waiting = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: Error) => void }
  >()
  let calls = 0
  child.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) asked?.reject(new Error(`${role}: ${answer.error}`))
    else asked?.resolve(answer.value as never)
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      for (const { reject } of waiting.values())
        reject(new Error(`${role} ended with code ${code ?? 'none'}`))
      resolve()
    })
  })
  return {
    call: (name, ...values) =>
      new Promise((resolve, reject) => {
        const id = ++calls
        waiting.set(id, { resolve, reject })
        child.send({ id, name, values } satisfies { id: number; name: string; values: unknown[] })
      }),
    stop: async () => {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

/** The helper's side: answers calls until the first process lets go of it. */
export function answerCalls(api: Record<string, Work>, onEnd: () => Promise<void>): void {
  process.on('message', ({ id, name, values }: Call) => {
    void Promise.resolve()
      .then(() => api[name]!(...values))
      .then(
        (value): Answer => ({ id, value }),
        (error: unknown): Answer => ({
          id,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
      )
      .then((answer) => process.send!(answer))
  })
  process.once('disconnect', () => {
    void onEnd().finally(() => process.exit(0))
  })
}
