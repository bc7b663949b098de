import type { ShellBlock } from './key-shell.ts'

/**
 * The commands that sign a text and post its receipt to this portal, with openssl 3, curl and the
 * key file that `keyShell` makes. A service sends the last line for each answer of its AI.
 */
export function postShell({
  slug,
  portal,
  apiKey,
}: {
  slug: string
  portal: string
  apiKey: string
}): [sign: ShellBlock, post: ShellBlock] {
  const file = `${slug}-signing-key.pem`
  return [
    {
      says: `Sign a text, in the folder that holds ${file}.`,
      shell: `b64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
printf 'The reading room opens at nine.' > answer.txt
digest=$(openssl dgst -sha256 -binary answer.txt | b64url)
x=$(openssl pkey -in ${file} -pubout -outform DER | tail -c 32 | b64url)
kid=$(printf '{"crv":"Ed25519","kty":"OKP","x":"%s"}' "$x" | openssl dgst -sha256 -binary | b64url)
header=$(printf '{"alg":"Ed25519","kid":"%s","typ":"ai-receipt+jwt"}' "$kid" | b64url)
content=$(printf '{"alg":"sha-256","digest":"%s","length":%s,"type":"text/plain","subject":"text"}' "$digest" "$(($(wc -c < answer.txt)))")
claims=$(printf '{"v":1,"iss":"${slug}","iat":%s,"content":%s}' "$(date +%s)" "$content" | b64url)
printf '%s.%s' "$header" "$claims" > signed.txt
signature=$(openssl pkeyutl -sign -inkey ${file} -rawin -in signed.txt | b64url)
printf '{"receipt":"%s.%s"}' "$(cat signed.txt)" "$signature" > receipt.json; rm signed.txt`,
    },
    {
      says: 'Post it. The answer holds the verify link.',
      shell: `curl -sS --fail-with-body ${portal}/v1/receipts \\
  -H 'Authorization: Bearer ${apiKey}' \\
  -H 'Content-Type: application/json' \\
  --data-binary @receipt.json`,
    },
  ]
}
