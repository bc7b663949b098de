import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { proveKey } from '../../sdk/src/index.ts'
import { readBlocks } from '../support/blocks.ts'
import { freshDatabase } from '../support/database.ts'
import { findLanguage, type Language } from '../support/languages.ts'
import { PUBLIC_URL, startPortal, type Portal } from '../support/portal.ts'
import { SDK } from '../support/sdk.ts'
import { createApiKey, createIssuer } from '../support/world.ts'

const run = promisify(execFile)
const PAGE = readBlocks(join(SDK, 'docs/other-languages.md')).filter((block) => block.file !== null)
/** Two lines, letters beyond ASCII, a character beyond the BMP, and no newline at the end. */
const ANSWER = 'Das Lesezimmer öffnet um neun.\nBis dann! 😀'

const PROGRAMS: { file: string; language: Language; args: string[] }[] = [
  { file: 'sign_pyjwt.py', language: 'python', args: [] },
  { file: 'sign_cryptography.py', language: 'python', args: [] },
  { file: 'sign.go', language: 'go', args: ['run'] },
  { file: 'sign.sh', language: 'shell', args: [] },
]

let portal: Portal
let folder: string
let drop: () => Promise<void>
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  const database = await freshDatabase()
  drop = () => database.drop()
  portal = await startPortal(database.connection)
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-languages-'))
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const issuer = await createIssuer(portal)
  const { jwk, proof } = await proveKey({ signingKey: pem, issuer, portal: PUBLIC_URL })
  await portal.admin('POST', `/v1/admin/issuers/${issuer}/signing-keys`, { jwk, proof })
  await writeFile(join(folder, 'signing-key.pem'), pem)
  await writeFile(join(folder, 'answer.txt'), ANSWER)
  for (const { file, code } of PAGE) await writeFile(join(folder, file!), code)
  env = {
    ...process.env,
    PORTAL: portal.origin,
    ISSUER: issuer,
    KEY: 'signing-key.pem',
    API_KEY: (await createApiKey(portal, issuer)).apiKey,
  }
})

afterAll(async () => {
  await rm(folder, { recursive: true })
  await portal.stop()
  await drop()
})

test('every program on the page is run here', () => {
  expect(PAGE.map((block) => block.file)).toEqual(PROGRAMS.map(({ file }) => file))
})

test.for(PROGRAMS)(
  'the receipt that $file makes is stored, and valid for the text',
  { timeout: 600_000 },
  async ({ file, language, args }, { skip }): Promise<void> => {
    const found = await findLanguage(language)
    if (found === null) return skip(`nothing runs ${language} on this machine`)
    const command = language === 'shell' ? 'sh' : found
    const given = [...args, file, 'answer.txt']
    const { stdout, stderr } = await run(command, given, {
      cwd: folder,
      // Two programs that sign the same in the same second make the same receipt.
      env: { ...env, MODEL: file },
    })
    expect(stdout).toMatch(/\b201\b/)
    const receiptId = /"receiptId":\s*"(rec_\w+)"/.exec(stdout)?.[1]
    // What it said before it asked anybody.
    expect(stderr.trim()).toBe(receiptId)
    const { body } = await portal.call('POST', '/v1/verify', {
      body: { receiptId, content: { text: ANSWER } },
    })
    expect(body).toMatchObject({
      verdict: 'valid',
      receipt: { claims: { model: file, outcome: { status: 'complete' } } },
    })
    const other = await portal.call('POST', '/v1/verify', {
      body: { receiptId, content: { text: `${ANSWER}!` } },
    })
    expect(other.body.verdict).not.toBe('valid')
  },
)
