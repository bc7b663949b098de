/** One step of checking a receipt in a shell: the name of its explanation, and its command. */
export interface ShellStep {
  says: 'fetch' | 'id' | 'key' | 'signature' | 'claims' | 'content'
  shell: string
}

/** Escapes quotes, so that the shell reads every address as one word. */
const quoted = (address: string) => `'${address.replaceAll("'", '%27')}'`

/**
 * The steps need curl, openssl 3 and the tools of every Unix. A pattern takes the key's x out of
 * the bundle: quotes inside a JSON string are escaped, so content can't forge a match, and the
 * third step also shows that the key is the one the receipt names.
 */
export function opensslSteps(
  links: { receipt: string; bundle: string },
  keyed: boolean,
): ShellStep[] {
  const steps: ShellStep[] = [
    {
      says: 'fetch',
      shell: `curl -sS -o receipt.jws ${quoted(links.receipt)}
curl -sS -o bundle.json ${quoted(links.bundle)}
IFS=. read -r header claims signature < receipt.jws || true
x=$(grep -o '"x": *"[A-Za-z0-9_-]*"' bundle.json | head -n 1 | cut -d '"' -f 4)
decode() { s=$(printf %s "$1" | tr '_-' '/+'); while [ $((\${#s} % 4)) -ne 0 ]; do s="$s="; done; printf %s "$s" | openssl base64 -d -A; }
digest() { openssl dgst -sha256 -binary "$@" | openssl base64 -A | tr '+/' '-_' | tr -d '='; }`,
    },
    {
      says: 'id',
      shell: `printf 'rec_%s\\n' "$(tr -d '\\n' < receipt.jws | openssl dgst -sha256 -binary | head -c 20 | base32 | tr 'A-Z2-7' '0-9a-hjkmnp-tv-z')"`,
    },
    {
      says: 'key',
      shell: `printf '{"crv":"Ed25519","kty":"OKP","x":"%s"}' "$x" | digest; echo
decode "$header" | grep -o '"kid": *"[^"]*"' | cut -d '"' -f 4`,
    },
    {
      says: 'signature',
      shell: `{ printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; decode "$x"; } > key.der
decode "$signature" > signature.bin
printf '%s.%s' "$header" "$claims" > signed.txt
openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in signed.txt -sigfile signature.bin`,
    },
    { says: 'claims', shell: `decode "$claims"; echo` },
  ]
  if (!keyed) steps.push({ says: 'content', shell: `digest answer.txt; echo` })
  return steps
}
