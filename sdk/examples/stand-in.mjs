// Answers like a model, for whoever has no key: the wire format of OpenAI's chat completions, a
// word at a time. The package `openai` can't tell it from the real one.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'

const ANSWER = `You asked: “QUESTION”. I am only a stand-in for a model, so every question gets this \
answer. But the receipt for it is a real one: these words were hashed as they went by, and signed \
when the last of them had gone. Open the link to check them. 🧾`

/** Gives its address. `STAND_IN_WORD_MS`: how long a word takes, 60 by default. */
export async function startStandIn() {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  return `http://127.0.0.1:${server.address().port}`
}

async function answer(request, response) {
  let body = ''
  for await (const piece of request.setEncoding('utf8')) body += piece
  if (request.url !== '/v1/chat/completions' || request.method !== 'POST')
    return response.writeHead(404).end()
  const { model, messages } = JSON.parse(body)
  const words = ANSWER.replace('QUESTION', messages.at(-1).content).split(/(?<= )/)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (delta, finish_reason = null) => {
    const choices = [{ index: 0, delta, finish_reason }]
    const chunk = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 0, model, choices }
    response.write(`data: ${JSON.stringify(chunk)}\n\n`)
  }
  send({ role: 'assistant', content: '' })
  for (const content of words) {
    await wait(Number(process.env.STAND_IN_WORD_MS ?? 60))
    if (response.destroyed) return
    send({ content })
  }
  send({}, 'stop')
  response.end('data: [DONE]\n\n')
}
