#!/usr/bin/env node
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CounterfoilError } from './errors.ts'
import { proveKey } from './sign/prove-key.ts'

const HELP = `Prints what publishes a signing key in a Counterfoil portal: its public half and a proof,
as the JSON that POST /v1/admin/issuers/<issuer>/signing-keys takes. Good for ten minutes.

  npx counterfoil-proof --key signing-key.pem --issuer acme --portal https://receipts.example

  --key     a file with the Ed25519 private key: PKCS#8 PEM or JWK
  --new     makes the key first, in that file, which must not be there yet
  --issuer  your issuer's slug in the portal
  --portal  the portal's public address
`

/** The command `counterfoil-proof`. Exit code 2: wrong arguments; 1: the key can't be used. */
async function main(): Promise<number> {
  let given: Record<'key' | 'issuer' | 'portal', string | undefined>
  let isNew: boolean
  try {
    const { values } = parseArgs({
      options: {
        key: { type: 'string' },
        issuer: { type: 'string' },
        portal: { type: 'string' },
        new: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help === true) {
      process.stdout.write(HELP)
      return 0
    }
    given = { key: values.key, issuer: values.issuer, portal: values.portal }
    isNew = values.new === true
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`)
    return 2
  }
  const { key, issuer, portal } = given
  if (key === undefined || issuer === undefined || portal === undefined) {
    process.stderr.write(HELP)
    return 2
  }
  try {
    if (isNew) makeKey(key)
    const signingKey = readFileSync(key, 'utf8')
    const { jwk, proof } = await proveKey({ signingKey, issuer, portal })
    process.stdout.write(`${JSON.stringify({ jwk, proof }, null, 2)}\n`)
    return 0
  } catch (error) {
    // A missing file or an unusable key needs one sentence and no stack, and the sentence shows no
    // key.
    const isKnown = error instanceof CounterfoilError || (error as { code?: string }).code
    if (!isKnown) throw error
    process.stderr.write(`${(error as Error).message}\n`)
    return 1
  }
}

/** Throws if the file exists: the key in it may sign somewhere, and must not be overwritten. */
function makeKey(file: string): void {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  try {
    writeFileSync(file, pem, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error
    throw new CounterfoilError(
      'invalid_option',
      `${file} is there already. Leave out --new to use the key in it, or name another file.`,
    )
  }
}

process.exitCode = await main()
