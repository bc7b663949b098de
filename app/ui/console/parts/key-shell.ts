export interface ShellBlock {
  says: string
  shell: string
}

/** One word for the shell, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

const fileOf = (slug: string): string => `${slug}-signing-key.pem`

/**
 * What a signer types to make a key, its public JWK and the proof for this issuer and portal: with
 * openssl 3 and what every Unix has. A slug is letters, digits and hyphens, so a file may have its
 * name. The blocks go into one shell, one after the other; none stops it by an error of its own.
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

/** The same by the SDK's command, which prints the public key and the proof in one JSON object. */
export const sdkLine = ({ slug, portal }: { slug: string; portal: string }): string =>
  `npx --package @counterfoil/sdk counterfoil-proof --new --key ${fileOf(slug)} --issuer ${slug} --portal ${quoted(portal)}`
