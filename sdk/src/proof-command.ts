#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CounterfoilError } from './errors.ts'
import { proveKey } from './prove-key.ts'

const HELP = `Prints what publishes a signing key in a Counterfoil portal: its public half and a proof,
as the JSON that POST /v1/admin/issuers/<issuer>/signing-keys takes. Good for ten minutes.

  npx counterfoil-proof --key signing-key.pem --issuer acme --portal https://receipts.example

  --key     a file with the Ed25519 private key: PKCS#8 PEM or JWK
  --issuer  your issuer's slug in the portal
  --portal  the portal's public address
`

/** The command `counterfoil-proof`. Exit code 2: it was called wrongly; 1: the key can't be used. */
async function main(): Promise<number> {
  let given: { key?: string | undefined; issuer?: string | undefined; portal?: string | undefined }
  try {
    const { values } = parseArgs({
      options: {
        key: { type: 'string' },
        issuer: { type: 'string' },
        portal: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help === true) {
      process.stdout.write(HELP)
      return 0
    }
    given = values
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
    const signingKey = readFileSync(key, 'utf8')
    const { jwk, proof } = await proveKey({ signingKey, issuer, portal })
    process.stdout.write(`${JSON.stringify({ jwk, proof }, null, 2)}\n`)
    return 0
  } catch (error) {
    // A file that is not there, or a key that is none: a sentence is enough, and shows no key.
    const isKnown = error instanceof CounterfoilError || (error as { code?: string }).code
    if (!isKnown) throw error
    process.stderr.write(`${(error as Error).message}\n`)
    return 1
  }
}

process.exitCode = await main()
