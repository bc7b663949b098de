#!/bin/sh
# Publishes the public half of an Ed25519 key for an issuer: proves that whoever asks holds the key.
#
#   PORTAL=http://localhost:3000 ADMIN_TOKEN=… ISSUER=acme KEY=key.pem sh publish-key.sh
set -eu
: "${PORTAL:?}" "${ADMIN_TOKEN:?}" "${ISSUER:?}" "${KEY:?}"

b64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

x=$(openssl pkey -in "$KEY" -pubout -outform DER | tail -c 32 | b64url)
kid=$(printf '{"crv":"Ed25519","kty":"OKP","x":"%s"}' "$x" | openssl dgst -sha256 -binary | b64url)
header=$(printf '{"alg":"Ed25519","kid":"%s","typ":"key-proof+jwt"}' "$kid" | b64url)
claims=$(printf '{"iss":"%s","aud":"%s","iat":%s}' "$ISSUER" "$PORTAL" "$(date +%s)" | b64url)

input=$(mktemp)
trap 'rm -f "$input"' EXIT
printf '%s.%s' "$header" "$claims" >"$input"
signature=$(openssl pkeyutl -sign -inkey "$KEY" -rawin -in "$input" | b64url)

printf '{"jwk":{"kty":"OKP","crv":"Ed25519","x":"%s"},"proof":"%s.%s.%s"}' "$x" "$header" "$claims" "$signature" |
  curl -sS --fail-with-body "$PORTAL/v1/admin/issuers/$ISSUER/signing-keys" -H "Authorization: Bearer $ADMIN_TOKEN" \
    -H 'Content-Type: application/json' --data-binary @-
echo
