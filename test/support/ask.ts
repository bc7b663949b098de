import { Buffer } from 'node:buffer'
import { request, type IncomingHttpHeaders } from 'node:http'
import type { Portal } from './portal.ts'

/** What came back, byte for byte. */
export interface Asked {
  status: number
  headers: IncomingHttpHeaders
  bytes: Buffer
  text: string
}

export interface Question {
  method?: string
  headers?: Record<string, string>
  body?: string
}

/**
 * A request exactly as it is written: `fetch` would tidy the path, unpack the body and add headers
 * of its own, and so hide what is to be seen.
 */
export function ask(
  portal: Pick<Portal, 'origin'>,
  path: string,
  { method = 'GET', headers = {}, body }: Question = {},
): Promise<Asked> {
  const { hostname, port } = new URL(portal.origin)
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        const bytes = Buffer.concat(chunks)
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          bytes,
          text: bytes.toString(),
        })
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

export const readJson = (asked: Pick<Asked, 'text'>): Record<string, unknown> =>
  JSON.parse(asked.text) as Record<string, unknown>
