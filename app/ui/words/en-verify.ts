import type { Axis, CheckName, CheckStatus, Verdict } from '#receipt/report.ts'
import type { AnswerWords } from '../verify/axis-answers.ts'

/** The verify page's words. */
export const verify = {
  testReceipt: 'Test receipt',
  testNote: 'It was posted with a test key, so it stands for no real answer.',
  title: (verdict: string) => `${verdict} · receipt`,
  retry: 'Retry',
  anotherLink: 'Check another link',
  /** A verdict in a word or two: in the page's title, and where two verdicts are named together. */
  verdicts: {
    valid: 'Valid',
    'valid-key-retired': 'Valid, key no longer in use',
    partial: 'Genuine, answer incomplete',
    'unknown-issuer': 'Unknown signer',
    differs: 'Different text',
    revoked: 'Revoked',
    invalid: 'Not valid',
    'cannot-check': 'Not checked',
    'not-found': 'Not found',
  } satisfies Record<Verdict, string>,

  answersTitle: 'The four questions',
  questions: {
    unchanged: 'Is it unchanged?',
    issuer: 'Who signed it?',
    status: 'Does it still stand?',
    time: 'When was it?',
  } satisfies Record<Axis, string>,
  /** How an answer begins. Only a yes-or-no question begins with yes or no. */
  answers: {
    unchanged: {
      pass: 'Yes.',
      warn: 'Yes, with a remark.',
      fail: 'No.',
      'not-checked': 'Not checked.',
      uncompared: 'The receipt is.',
      notYet: 'Your text was not compared yet: paste it below.',
    },
    issuer: {
      pass: 'A known issuer.',
      warn: 'A remark.',
      fail: 'An unknown signer.',
      'not-checked': 'Not checked.',
    },
    status: {
      pass: 'Yes.',
      warn: 'Yes, with a remark.',
      fail: 'No.',
      'not-checked': 'Not checked.',
    },
    time: {
      pass: 'Recorded here.',
      warn: 'A remark.',
      fail: 'That can’t be.',
      'not-checked': 'Not checked.',
    },
  } satisfies Record<Axis, Record<CheckStatus, string>> & { unchanged: AnswerWords },
  checkStatuses: {
    pass: 'holds',
    warn: 'holds with a remark',
    fail: 'does not hold',
    'not-checked': 'not checked',
  } satisfies Record<CheckStatus, string>,
  moot: 'What an invalid receipt says about this counts for nothing.',
  everyCheck: 'Every check',
  checks: {
    format: 'Format',
    id: 'Receipt id',
    signature: 'Signature',
    stored_content: 'Stored content',
    content: 'Your text',
    outcome: 'Outcome',
    issuer: 'Issuer',
    domain: 'Domain',
    revocation: 'Revocation',
    signing_key: 'Signing key',
    issued_at: 'Signer’s time',
    received: 'Received',
    log: 'Log',
  } satisfies Record<CheckName, string>,

  provesTitle: 'What this proves',
  provesNotTitle: 'What it does not prove',
  proves: {
    bytes: 'The signature is over exactly these bytes: one character more or less, and it breaks.',
    signer: (name: string) => `Whoever signed them held a signing key of ${name}.`,
    received: (time: string) => `The receipt was here on ${time} at the latest.`,
    nothing: 'Nothing about who wrote the text or when.',
    revoked: 'Its issuer no longer stands by it.',
    unknownKey:
      'Nothing about who signed it: the name in a receipt is only what its writer put there.',
  },
  provesNot: {
    truth: 'That the answer is true.',
    model: 'That the model named really wrote it. The signer says so.',
    rest: 'That nothing else was said before, after or to somebody else.',
    fake: 'That the text is a forgery. A receipt can also be broken by accident, such as a cut-off copy.',
    unknown: 'That anything is wrong: a signer unknown here may be an honest one.',
    unchecked: 'That anything is wrong with the receipt.',
  },

  contentTitle: 'The signed text',
  contentPublic: 'The issuer made this text public. It was compared with the receipt just now.',
  contentBinary: (bytes: number, type: string) =>
    `The signed content is a file of ${bytes} bytes (${type}). You can download it and check it.`,
  contentCut: 'The text is long: only its beginning is shown here. The download has all of it.',
  contentDownload: 'Download the content',
  contentErased: (time: string) =>
    `The text was kept here and erased on ${time}. The receipt still stands: paste your copy below to compare it.`,
  contentPrivate:
    'The text is not shown here: the portal keeps only its digest. If you have the text, compare it below.',

  factsTitle: 'Facts',
  factsHere: 'What this portal knows',
  factsClaimed: 'What the signer says',
  facts: {
    issuer: 'Issuer',
    claimedIssuer: 'Signer named in the receipt (nobody checked it)',
    domain: 'Domain',
    domainVerified: 'verified',
    domainNotVerified: 'not verified',
    received: 'Received here',
    issued: 'Signed at',
    model: 'Model',
    provider: 'Provider',
    outcome: 'How the answer ended',
    subject: 'What was signed',
    digest: 'Digest',
    length: 'Length',
    job: 'The signer’s own reference',
    key: 'Signing key',
    id: 'Receipt id',
    revoked: 'Revoked',
  },
  outcomes: {
    complete: 'complete',
    partial: 'cut off',
    failed: 'failed',
    started: 'started; the end was not signed',
  },
  outcomeEnd: (status: string, end: string) => `${status} (${end})`,
  subjects: {
    text: 'the text as the reader saw it',
    message: 'the message with its tool calls',
    wire: 'the response as it was sent',
    file: 'a file',
  },
  keyStates: { active: 'in use', retired: 'retired', revoked: 'revoked' },
  bytes: (count: number) => `${count} bytes`,
  revokedFor: (time: string, reason: string) => `${time}: ${reason}`,

  rawTitle: 'The receipt itself',
  rawHeader: 'Header',
  rawClaims: 'Claims',
  rawJws: 'As it was signed (compact JWS)',
  takeTitle: 'Take it with you',
  receiptFile: 'Receipt',
  bundleFile: 'Bundle: receipt and key in one file',
  copyLink: 'Copy link',
  qrTitle: 'QR code',
  qrAlt: 'The verify link of this receipt as a QR code',
  selfTitle: 'Check it yourself',
  selfOpen: 'Show the commands',
  selfLead:
    'Nobody has to believe this page. A shell with openssl 3 and curl gives the same answer.',
  selfSteps: {
    fetch: 'Fetch the receipt and the key, and take them apart.',
    id: 'The id is the receipt’s digest. This must print the id in the link.',
    key: 'The key names itself. Both lines must be the same.',
    signature: 'The signature. This must print “Signature Verified Successfully”.',
    claims: 'What was signed, as it stands.',
    content: 'Your text, as a file with nothing added. This must print the digest in the claims.',
  },

  compareTitle: 'Compare your text',
  compareLead:
    'Paste the text you were shown, or drop it as a file. It is compared in your browser and never leaves it.',
  compareLabel: 'Your text',
  compareButton: 'Compare',
  compareFile: 'Choose a file',
  compareNoScript:
    'To compare a text here, your browser needs JavaScript: it is done on your own machine, so that the text need not be sent. “Check it yourself” below shows how to do it in a shell.',
  compareKeyed:
    'This answer was signed with a secret, because it could be guessed. Open the full link you were given (it ends in “#k=…”) to compare it.',
}
