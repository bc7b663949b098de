import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { thumbprint } from '#receipt/key.ts'
import { receiptDigest, receiptIdOf } from '#receipt/id.ts'
import { opensslSteps } from './openssl-steps.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }
const kid = thumbprint(raw)
const ANSWER = 'An answer, with “quotes”: "x":"AAAA"\n'
const digest = createHash('sha256').update(ANSWER).digest('base64url')
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const input = `${part({ alg: 'Ed25519', kid, typ: 'ai-receipt+jwt' })}.${part({ v: 1, iss: 'acme', content: { digest } })}`
const jws = `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`

/** The page's own commands, as a reader would paste them, on files in place of a network. */
function runSteps(receipt: string): { output: string; ok: boolean } {
  const folder = mkdtempSync(join(tmpdir(), 'openssl-steps-'))
  try {
    writeFileSync(join(folder, 'served.jws'), receipt)
    const bundle = { v: 1, receipt, content: { text: ANSWER }, keys: [{ jwk, state: 'active' }] }
    writeFileSync(join(folder, 'served.json'), JSON.stringify(bundle))
    writeFileSync(join(folder, 'answer.txt'), ANSWER)
    const links = { receipt: `file://${folder}/served.jws`, bundle: `file://${folder}/served.json` }
    const script = opensslSteps(links, false)
      .map((step) => step.shell)
      .join('\n')
    // The shell goes on after a failed step, as a terminal does; only the output tells.
    const output = execFileSync('sh', ['-c', `${script}\nexit 0`], {
      cwd: folder,
      encoding: 'utf8',
    })
    return { output, ok: output.includes('Signature Verified Successfully') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('the commands on the page verify a good receipt', () => {
  const { output, ok } = runSteps(jws)
  expect(ok).toBe(true)
  const lines = output.split('\n')
  expect(lines[0]).toBe(receiptIdOf(receiptDigest(jws)))
  expect(lines.slice(1, 3)).toEqual([kid, kid])
  expect(output).toContain(`"digest":"${digest}"`)
  expect(lines.at(-2)).toBe(digest)
})

test('the commands on the page refuse a receipt changed by one character', () => {
  const at = input.length - 8
  const changed = jws.slice(0, at) + (jws[at] === 'A' ? 'B' : 'A') + jws.slice(at + 1)
  expect(runSteps(changed).ok).toBe(false)
})

test('an address with a quote in it stays one word of the shell', () => {
  const [fetch] = opensslSteps({ receipt: "https://a.example/'; rm -rf /'", bundle: '' }, false)
  expect(fetch?.shell).toContain("'https://a.example/%27; rm -rf /%27'")
})
