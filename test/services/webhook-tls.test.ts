import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sendTo } from '#app/services/alerts/post-webhook.ts'

const run = promisify(execFile)
let folder: string
let server: Server
let port: number
/** By which names the server was greeted, and what it was asked. */
let greeted: string[] = []
let asked: { host: string | undefined; body: string }[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const name = ['-subj', '/CN=hook.example', '-addext', 'subjectAltName=DNS:hook.example']
  await run('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...name])
  server = createServer({
    key: await readFile(key),
    cert: await readFile(cert),
    SNICallback: (called, go) => {
      greeted.push(called)
      go(null)
    },
  })
  server.on('request', (request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      asked.push({ host: request.headers.host, body })
      response.writeHead(202).end()
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  port = (server.address() as AddressInfo).port
})

afterAll(async () => {
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
  await rm(folder, { recursive: true })
})

const targetOf = (host: string) => ({
  url: new URL(`https://${host}:${port}/hook`),
  host,
  addresses: ['127.0.0.1'],
})

test('a receiver whose certificate nobody vouches for is sent nothing', async () => {
  const sending = sendTo(targetOf('hook.example'), {}, '{}', new AbortController().signal)
  await expect(sending).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  expect(asked).toEqual([])
})

/** In a process of its own, because Node reads whom it trusts when it starts. */
test('the checked address is called under the URL’s own name, and no other name will do', async () => {
  const script = join(folder, 'send.mjs')
  await build({
    entryPoints: [resolve('app/services/alerts/post-webhook.ts')],
    outfile: join(folder, 'post-webhook.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
  })
  await writeFile(
    script,
    `import { sendTo } from './post-webhook.mjs'
    const hosts = ['hook.example', 'other.example']
    const send = (host) => sendTo(
      { url: new URL('https://' + host + ':${port}/hook'), host, addresses: ['127.0.0.1'] },
      {}, '{"type":"webhook.test"}', new AbortController().signal)
    const ends = await Promise.allSettled(hosts.map(send))
    console.log(JSON.stringify(ends.map((end) => end.value ?? end.reason.code)))`,
  )
  greeted = []
  asked = []
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') }
  const { stdout } = await run(process.execPath, [script], { env })
  expect(JSON.parse(stdout)).toEqual([202, 'ERR_TLS_CERT_ALTNAME_INVALID'])
  expect(greeted.toSorted()).toEqual(['hook.example', 'other.example'])
  expect(asked).toEqual([{ host: `hook.example:${port}`, body: '{"type":"webhook.test"}' }])
})
