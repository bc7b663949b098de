import { execFile } from 'node:child_process'
import { sign } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCounterfoil, proveKey, type SigningKey } from '../../sdk/src/index.ts'
import { buildSdk } from '../support/sdk.ts'
import { freshDatabase } from '../support/database.ts'
import { PUBLIC_URL, startPortal, type Portal } from '../support/portal.ts'
import { makeKeyPair } from '../support/key-pair.ts'
import { createApiKey, createIssuer } from '../support/world.ts'

const run = promisify(execFile)
let portal: Portal
let folder: string
let drop: () => Promise<void>

beforeAll(async () => {
  const database = await freshDatabase()
  drop = () => database.drop()
  portal = await startPortal(database.connection)
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-proof-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true })
  await portal.stop()
  await drop()
})

const toPem = ({ privateKey }: ReturnType<typeof makeKeyPair>): string =>
  privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()

async function publish(issuer: string, body: object): Promise<{ status: number; kid: unknown }> {
  const answer = await portal.admin('POST', `/v1/admin/issuers/${issuer}/signing-keys`, body)
  return { status: answer.status, kid: answer.body.kid }
}

const keys: [string, () => SigningKey][] = [
  ['a PEM', () => toPem(makeKeyPair())],
  ['a JWK', () => makeKeyPair().privateJwk],
  ['a KeyObject', () => makeKeyPair().privateKey],
  [
    'a remote signer',
    () => {
      const { privateKey, jwk } = makeKeyPair()
      return {
        publicKey: jwk,
        sign: (bytes) => Promise.resolve(sign(null, bytes, privateKey)),
      }
    },
  ],
]

test.each(keys)(
  '%s is published by its proof, and signs receipts that are valid',
  async (_, make) => {
    const issuer = await createIssuer(portal)
    const signingKey = make()
    const { kid, jwk, proof } = await proveKey({ signingKey, issuer, portal: PUBLIC_URL })
    expect(await publish(issuer, { jwk, proof })).toEqual({ status: 201, kid })

    const { apiKey } = await createApiKey(portal, issuer)
    const counterfoil = createCounterfoil({ portal: portal.origin, issuer, signingKey, apiKey })
    const { delivery, receiptId } = await counterfoil.sign({ output: 'Signed.' })
    expect(await delivery).toMatchObject({ state: 'stored' })
    await counterfoil.close()
    const { body } = await portal.call('GET', `/v1/receipts/${receiptId}`)
    expect(body.verdict).toBe('valid')
  },
)

test('the command prints what the portal takes as it stands', async () => {
  await buildSdk()
  const issuer = await createIssuer(portal)
  const file = join(folder, 'key.pem')
  await writeFile(file, toPem(makeKeyPair()))
  const command = join(import.meta.dirname, '../../sdk/dist/proof-command.js')
  // With a slash at the end, as an address bar shows it.
  const args = ['--key', file, '--issuer', issuer, '--portal', `${PUBLIC_URL}/`]
  const { stdout } = await run(process.execPath, [command, ...args])
  expect((await publish(issuer, JSON.parse(stdout) as object)).status).toBe(201)

  const wrong = await run(process.execPath, [command, '--key', file]).catch(
    (error: unknown) => error,
  )
  expect(wrong).toMatchObject({ code: 2 })
  const absent = args.with(1, join(folder, 'absent.pem'))
  const missing = await run(process.execPath, [command, ...absent]).catch((error: unknown) => error)
  expect(missing).toMatchObject({ code: 1, stdout: '' })
})

test('the command makes a key that only its owner can read, and never in place of another', async () => {
  await buildSdk()
  const issuer = await createIssuer(portal)
  const file = join(folder, 'new.pem')
  const command = join(import.meta.dirname, '../../sdk/dist/proof-command.js')
  const args = [command, '--new', '--key', file, '--issuer', issuer, '--portal', PUBLIC_URL]
  const { stdout } = await run(process.execPath, args)
  expect((await publish(issuer, JSON.parse(stdout) as object)).status).toBe(201)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const made = await readFile(file, 'utf8')
  const again = await run(process.execPath, args).catch((error: unknown) => error)
  expect(again).toMatchObject({ code: 1, stdout: '' })
  expect((again as { stderr: string }).stderr).toContain('is there already')
  expect(await readFile(file, 'utf8')).toBe(made)
})

test('a proof for another portal, or an old one, publishes nothing', async () => {
  const issuer = await createIssuer(portal)
  const signingKey = toPem(makeKeyPair())
  const elsewhere = await proveKey({ signingKey, issuer, portal: 'https://elsewhere.example' })
  const now = () => Date.now() - 11 * 60_000
  const old = await proveKey({ signingKey, issuer, portal: PUBLIC_URL, now })
  for (const { jwk, proof } of [elsewhere, old])
    expect((await publish(issuer, { jwk, proof })).status).toBe(422)
})

test('what no portal would take is an error that says so, and shows no key', async () => {
  const pem = toPem(makeKeyPair())
  const refused = proveKey({ signingKey: pem, issuer: 'Not a slug', portal: PUBLIC_URL })
  await expect(refused).rejects.toMatchObject({ code: 'invalid_option' })
  const cut = pem.replace('-----END', '')
  const error = await proveKey({ signingKey: cut, issuer: 'acme', portal: PUBLIC_URL }).catch(
    String,
  )
  expect(error).toContain('signing key')
  expect(error).not.toContain(pem.split('\n')[1])
})
