export interface ShellBlock {
  says: string
  shell: string
}

/** Quotes any text as one word of the shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

const fileOf = (slug: string): string => `${slug}-signing-key.pem`

/**
 * The commands that make a key, its public JWK and the proof for this issuer and portal, with
 * openssl 3 and standard Unix tools. A slug is letters, digits and hyphens, so it is safe in a
 * file's name. A signer pastes the blocks into one shell in order; an error in a block does not
 * close the shell.
 */
export function keyShell({ slug, portal }: { slug: string; portal: string }): ShellBlock[] {
  const file = fileOf(slug)
  return [
    {
      says: 'Make the key. The file holds the private half: keep it where the service signs, and nowhere else.',
      shell: `(umask 077 && openssl genpkey -algorithm ed25519 -out ${file})`,
    },
    {
      says: 'Print the public key.',
      shell: `b64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
x=$(openssl pkey -in ${file} -pubout -outform DER | tail -c 32 | b64url)
printf '{"kty":"OKP","crv":"Ed25519","x":"%s"}\\n' "$x"`,
    },
    {
      says: 'Print the proof. It is good for ten minutes.',
      shell: `kid=$(printf '{"crv":"Ed25519","kty":"OKP","x":"%s"}' "$x" | openssl dgst -sha256 -binary | b64url)
header=$(printf '{"alg":"Ed25519","kid":"%s","typ":"key-proof+jwt"}' "$kid" | b64url)
claims=$(printf '{"iss":"${slug}","aud":"%s","iat":%s}' ${quoted(portal)} "$(date +%s)" | b64url)
printf '%s.%s' "$header" "$claims" > key-proof.txt
signature=$(openssl pkeyutl -sign -inkey ${file} -rawin -in key-proof.txt | b64url)
printf '%s.%s\\n' "$(cat key-proof.txt)" "$signature"; rm key-proof.txt`,
    },
  ]
}

/** The SDK's command for the same. It prints public key and proof in one JSON object. */
export const sdkLine = ({ slug, portal }: { slug: string; portal: string }): string =>
  `npx --package @counterfoil/sdk counterfoil-proof --new --key ${fileOf(slug)} --issuer ${slug} --portal ${quoted(portal)}`
