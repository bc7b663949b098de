#!/bin/sh
# Signs a text and posts the receipt, with openssl 3 and curl alone.
#
#   PORTAL=http://localhost:3000 API_KEY=cfl_… ISSUER=acme KEY=key.pem sh post-receipt.sh answer.txt
#
# KEY is an Ed25519 private key (openssl genpkey -algorithm ed25519 -out key.pem) whose public half
# the portal has published for ISSUER. Prints the portal's answer, which holds the verify link.
set -eu
: "${PORTAL:?}" "${API_KEY:?}" "${ISSUER:?}" "${KEY:?}"
file=${1:?give the file that holds the text}
[ -f "$file" ] || { echo "there is no file $file" >&2; exit 1; }

b64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

x=$(openssl pkey -in "$KEY" -pubout -outform DER | tail -c 32 | b64url)
kid=$(printf '{"crv":"Ed25519","kty":"OKP","x":"%s"}' "$x" | openssl dgst -sha256 -binary | b64url)
digest=$(openssl dgst -sha256 -binary "$file" | b64url)
length=$(($(wc -c <"$file")))

header=$(printf '{"alg":"Ed25519","kid":"%s","typ":"ai-receipt+jwt"}' "$kid" | b64url)
claims=$(printf '{"v":1,"iss":"%s","iat":%s,"content":{"alg":"sha-256","digest":"%s","length":%s,"type":"text/plain","subject":"text"}}' \
  "$ISSUER" "$(date +%s)" "$digest" "$length" | b64url)

# openssl signs Ed25519 from a file, not from a pipe.
input=$(mktemp)
trap 'rm -f "$input"' EXIT
printf '%s.%s' "$header" "$claims" >"$input"
signature=$(openssl pkeyutl -sign -inkey "$KEY" -rawin -in "$input" | b64url)

printf '{"receipt":"%s.%s.%s"}' "$header" "$claims" "$signature" |
  curl -sS --fail-with-body "$PORTAL/v1/receipts" -H "Authorization: Bearer $API_KEY" \
    -H 'Content-Type: application/json' --data-binary @-
echo
