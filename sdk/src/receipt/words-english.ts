import type { Facts } from './judge.ts'
import type { FormatTime, Words } from './words.ts'

const on = (ms: number | null, time: FormatTime): string => (ms === null ? '' : ` on ${time(ms)}`)

/** A reason is the issuer's word, so it stands in quotation marks. It ends with one full stop. */
const because = (reason: string | null | undefined): string =>
  reason ? ` Reason given: “${reason}”${/[.!?…。！？]$/.test(reason) ? '' : '.'}` : ''

const bytes = (count: number): string => (count === 1 ? '1 byte' : `${count} bytes`)

const signedBy = ({ issuerName }: Facts): string =>
  issuerName === null ? 'The signature is good' : `Signed by ${issuerName}`

const receivedHere = ({ receivedAt }: Facts, time: FormatTime): string =>
  receivedAt === null
    ? 'not stored here, so only the signer says when'
    : `received here${on(receivedAt, time)}`

/** The page shows a provider's finish reason only where the reason is a plain word. */
const ended = ({ outcomeEnd }: Facts): string =>
  outcomeEnd !== null && /^[\w-]+$/.test(outcomeEnd) ? ` (${outcomeEnd})` : ''

/** The end of a good verdict: how the content compares. */
function compared(facts: Facts): string {
  const { content } = facts.outcomes
  if (content === 'content_exact')
    return ' Not altered since: your text is exactly what was signed.'
  if (content === 'content_repaired')
    return ` Not altered since, apart from how it was copied: it matches ${repaired(facts)}.`
  if (content === 'content_not_checkable')
    return ' The text could not be compared: that takes the full link or file from its holder.'
  // The portal compared its stored content; the reader's own copy was not compared.
  if (facts.outcomes.stored_content === 'stored_content_matches')
    return ' The text kept here is exactly what was signed.'
  return ' Paste the text to compare it.'
}

const repaired = ({ repair }: Facts): string =>
  repair === null ? 'after a small repair' : english.repairs[repair]

function keyEnded({ key, receivedAt }: Facts, time: FormatTime): string {
  const at = key.retiredAt ?? key.cut
  const word = key.retiredAt === null ? 'revoked' : 'retired'
  const after = at !== null && receivedAt !== null && receivedAt < at
  return `the key was ${word}${on(at, time)}${after ? ', after this receipt was received here' : ''}`
}

function whyInvalid({ outcomes, malformed }: Facts): string {
  if (outcomes.format === 'malformed') return malformed ?? 'It is not written as a receipt must be.'
  if (outcomes.id === 'id_mismatch') return 'It is not the receipt that this link stands for.'
  if (outcomes.signature === 'signature_bad')
    return 'Its signature does not fit: the receipt was changed, or somebody else signed it.'
  if (outcomes.stored_content === 'stored_content_altered')
    return 'The text stored here is no longer the text that was signed.'
  return 'It claims to come from the future.'
}

function whyUnchecked({ outcomes }: Facts): string {
  if (outcomes.signature === 'engines_disagree')
    return 'Two independent checks of the signature gave different answers. Please tell this portal.'
  if (outcomes.received === 'no_time_evidence')
    return (
      'The key is no longer in use, and nothing here shows that the receipt was signed while it ' +
      'was. Ask whoever signed it to post the receipt here.'
    )
  return 'Something we need for it could not be reached. Try again in a minute.'
}

/** English, calm and exact: the sentences call no receipt fake and accuse no issuer. */
export const english: Words = {
  checks: {
    well_formed: () => 'This is written as a receipt must be.',
    malformed: ({ malformed }) => malformed ?? 'This is not written as a receipt must be.',
    not_found: () => 'There is no receipt under this id here.',

    id_matches: () => 'The link belongs to exactly this receipt.',
    id_mismatch: () => 'The link belongs to another receipt than this one.',
    id_not_checked: () => 'No link was given to compare the receipt with.',

    signature_good: () => 'The signature is good: not one character changed since it was signed.',
    signature_good_bundle_key: () =>
      'The signature matches the key that came with the file. This portal does not know that key.',
    signature_bad: () => 'The signature does not belong to this receipt and this key.',
    signature_not_checked: () => 'The signature was not checked.',
    engines_disagree: () => 'Two independent checks of the signature gave different answers.',

    stored_content_matches: () => 'The text stored here is exactly the text that was signed.',
    stored_content_altered: () => 'The text stored here is no longer the text that was signed.',
    content_not_stored: () => 'The text is not stored here.',
    content_erased: () => 'The text was stored here and has been erased. The receipt still holds.',
    stored_content_not_checked: () => 'The text stored here, if any, was not checked.',

    content_exact: () => 'The text you gave is exactly the text that was signed.',
    content_repaired: (facts) => `The text you gave is the signed text ${repaired(facts)}.`,
    content_differs: ({ lengthSigned, lengthGiven }) =>
      'The text you gave is not the text that was signed.' +
      (lengthSigned === null || lengthGiven === null
        ? ''
        : ` Signed: ${bytes(lengthSigned)}. Given: ${bytes(lengthGiven)}.`),
    content_not_supplied: () => 'No text was given to compare.',
    content_not_checkable: ({ outcomes }) =>
      outcomes.format === 'well_formed'
        ? 'The text you gave could not be compared: that takes the secret from the full link or file.'
        : 'The text you gave was not compared: there is no receipt to compare it with.',

    // A receipt without `outcome` does not say that the answer is complete, so no sentence says it.
    outcome_complete: ({ outcomeSigned }) =>
      outcomeSigned ? 'The answer is complete.' : 'The signer does not say that it was cut off.',
    outcome_partial: (facts) => `The answer was cut off before its end${ended(facts)}.`,
    outcome_failed: (facts) => `The answer ended with an error${ended(facts)}.`,
    outcome_started: () => 'This was signed when the answer began; its end is not part of it.',
    outcome_not_checked: () => 'Whether the answer is complete was not checked.',

    issuer_known: ({ issuerName }) =>
      issuerName === null
        ? 'The key that the receipt names is published here.'
        : `This portal knows the signer as ${issuerName}.`,
    issuer_unknown: () => 'This portal does not know this signer.',
    issuer_not_checked: () => 'Who signed was not checked.',

    domain_verified: () => 'The signer has shown that its web address is its own.',
    domain_not_verified: () => 'No web address of the signer has been verified here.',

    not_revoked: () => 'No revocation of this receipt is recorded here.',
    receipt_revoked: ({ revocation }, time) =>
      `The signer revoked this receipt${on(revocation?.revokedAt ?? null, time)}.` +
      because(revocation?.reason),
    revocation_not_checked: () => 'Whether the receipt was revoked was not checked.',

    key_active: () => 'The key that signed it is in use.',
    key_retired: (facts, time) => `No longer in use: ${keyEnded(facts, time)}.`,
    key_revoked_after: (facts, time) =>
      `No longer in use: ${keyEnded(facts, time)}.${because(facts.keyReason)}`,
    key_revoked_before: ({ key, receivedAt, keyReason }, time) =>
      `The key that signed it is not to be trusted from ${time(key.cut ?? key.revokedAt ?? 0)}, and ` +
      (receivedAt === null
        ? 'nothing here shows that the receipt is older.'
        : `this receipt was received here${on(receivedAt, time)}.`) +
      because(keyReason),
    key_not_checked: () => 'The state of the key was not checked.',

    issued_at_plausible: ({ issuedAt }, time) =>
      issuedAt === null
        ? 'The time that the signer states is plausible.'
        : `The signer says it was signed${on(issuedAt, time)}.`,
    time_gap: ({ issuedAt, receivedAt }, time) =>
      `The signer says it was signed${on(issuedAt, time)}; ` +
      `it was received here more than 10 minutes later${on(receivedAt, time)}.`,
    issued_in_future: () =>
      'The time that the signer states lies more than 10 minutes ahead of the time it was seen.',
    issued_at_not_checked: () => 'The time that the signer states was not checked.',

    received: ({ receivedAt }, time) => `This portal received it${on(receivedAt, time)}.`,
    not_logged: () =>
      'This portal has not received it, so only the signer says when it was signed.',
    no_time_evidence: () => 'Nothing here shows that it was signed while its key was in use.',
    received_not_checked: () => 'When this portal received it was not checked.',

    log_off: () => 'This portal keeps no public log.',
    log_pending: () => 'It is not in the public log yet.',
    log_not_checked: () => 'The public log was not checked.',
  },

  verdicts: {
    valid: (facts, time) => ({
      title: 'Valid receipt',
      says: `${signedBy(facts)}; ${receivedHere(facts, time)}.${compared(facts)}`,
    }),
    'valid-key-retired': (facts, time) => ({
      title: 'Valid when signed',
      says: `${signedBy(facts)}; ${keyEnded(facts, time)}.${compared(facts)}`,
    }),
    partial: (facts, time) => ({
      title: 'Genuine receipt, incomplete answer',
      says:
        `${signedBy(facts)}; ${receivedHere(facts, time)}. ` +
        english.checks[facts.outcomes.outcome](facts, time) +
        compared(facts),
    }),
    'unknown-issuer': ({ outcomes }) => ({
      title: 'Unknown signer',
      says:
        'This portal does not know this signer, so it cannot say who signed.' +
        (outcomes.signature === 'signature_good_bundle_key'
          ? ' The signature matches the key that came with the file.'
          : ''),
    }),
    differs: () => ({
      title: 'Different text',
      says:
        'The text you gave is not the text that was signed. The receipt itself is good. ' +
        'Use a copy button or drop the file, if there is one: selecting by hand can lose characters.',
    }),
    revoked: (facts, time) => ({
      title: 'Revoked',
      says:
        facts.outcomes.revocation === 'receipt_revoked'
          ? `Revoked by its issuer${on(facts.revocation?.revokedAt ?? null, time)}.` +
            because(facts.revocation?.reason)
          : english.checks.key_revoked_before(facts, time),
    }),
    invalid: (facts) => ({
      title: 'Not a valid receipt',
      says: `This is not a valid receipt. ${whyInvalid(facts)}`,
    }),
    'cannot-check': (facts) => ({
      title: 'Could not be checked',
      says: `We could not check this right now. ${whyUnchecked(facts)}`,
    }),
    'not-found': () => ({
      title: 'No receipt here',
      says:
        'There is no receipt under this link here yet. A service that is retrying may still send ' +
        'it: try again later, and compare the link with the one you were given.',
    }),
  },

  repairs: {
    line_feeds: 'with plain line breaks (LF)',
    carriage_returns: 'with Windows line breaks (CRLF)',
    final_newline_removed: 'without the last line break',
    final_newline_added: 'with one more line break at the end',
    trailing_spaces_removed: 'without spaces at the ends of lines',
    bom_removed: 'without the invisible mark at its start (BOM)',
    bom_added: 'with an invisible mark at its start (BOM)',
    nfc: 'with its accents composed (Unicode NFC)',
    nfd: 'with its accents apart (Unicode NFD)',
    line_feeds_final_newline_removed: 'with plain line breaks (LF), without the last one',
    line_feeds_final_newline_added: 'with plain line breaks (LF) and one more at the end',
    line_feeds_bom_removed: 'with plain line breaks (LF) and without the mark at its start (BOM)',
  },
}
