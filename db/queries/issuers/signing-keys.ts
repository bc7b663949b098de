import type { Run } from '../../connection.ts'
import { textArray } from '../array.ts'

/** A signing key's unchanging part: the kid is the key's own digest. */
export interface SigningKeyRow {
  kid: string
  issuer: string
  publicKey: Uint8Array
}

export async function selectSigningKeys(
  run: Run,
  kids: string[],
): Promise<(SigningKeyRow | null)[]> {
  const rows = await run<SigningKeyRow>(
    'select kid, issuer, public_key as "publicKey" from signing_keys where kid = any($1::text[])',
    [textArray(kids)],
  )
  const byKid = new Map(rows.map((row) => [row.kid, row]))
  return kids.map((kid) => byKid.get(kid) ?? null)
}
