import type { PublishKeyRefusal } from '#app/services/issuers/publish-key.ts'

/** The services' refusals in the page's words, at the field concerned. */
export const NAME_CONFUSABLE =
  'This looks like the name of another issuer. Choose a clearly different one.'

export function publishRefusal(
  code: Exclude<PublishKeyRefusal, 'not_found'>,
  detail = '',
): Record<string, string[]> {
  switch (code) {
    case 'private_key_sent':
      return {
        jwk: ['This is a private key. It must stay yours alone: give the public half only.'],
      }
    case 'weak_key':
      return { jwk: [`This key can’t be used. ${detail}`.trim()] }
    case 'key_taken':
      return { jwk: ['This key is published already. Each issuer needs a new key of its own.'] }
    case 'invalid_proof':
      return { proof: [`This proof does not hold. ${detail} Make a new one and paste it.`] }
  }
}
