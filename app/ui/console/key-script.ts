const IMPORTS = [
  "import { createPublicKey, generateKeyPairSync } from 'node:crypto'",
  "import { existsSync, readFileSync, writeFileSync } from 'node:fs'",
  "import { calculateJwkThumbprint, CompactSign, exportJWK, importPKCS8 } from 'jose'",
].join('\n')

/**
 * The same as `keyShell`, for those who have Node: makes the key if its file isn't there yet, and
 * prints the public key and the proof. By npm `jose`, which any other signer may use as well.
 */
export const keyScript = ({ slug, portal }: { slug: string; portal: string }): string =>
  `${IMPORTS}

const file = '${slug}-signing-key.pem'
if (!existsSync(file)) {
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
}
const pem = readFileSync(file, 'utf8')
const { kty, crv, x } = await exportJWK(createPublicKey(pem))
const claims = { iss: '${slug}', aud: ${JSON.stringify(portal)}, iat: Math.floor(Date.now() / 1000) }
const proof = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
  .setProtectedHeader({
    alg: 'Ed25519',
    kid: await calculateJwkThumbprint({ kty, crv, x }),
    typ: 'key-proof+jwt',
  })
  .sign(await importPKCS8(pem, 'Ed25519'))
console.log(JSON.stringify({ kty, crv, x }))
console.log(proof)
`
