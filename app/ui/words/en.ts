import { inBrowser } from './en-in-browser.ts'
import { verify } from './en-verify.ts'

/**
 * Every word of the public pages, but for the sentences about checks and verdicts, which are the
 * core's. Another language is another file with this shape; the compiler finds missing words.
 */
export const en = {
  lang: 'en' as string,
  dir: 'ltr' as 'ltr' | 'rtl',
  /** The locale of dates, which isn't always the language's first one. */
  dateLocale: 'en-GB' as string,
  moment: (date: string, clock: string) => `${date}, ${clock} UTC`,
  pageTitle: (page: string) => `${page} · Counterfoil`,

  frame: {
    name: 'Counterfoil',
    skip: 'Skip to the content',
    navigation: 'Main',
    check: 'Check a receipt',
    docs: 'API',
    footer:
      'Counterfoil checks receipts for AI output. It is open source: anybody can run it, and anybody can check its answers without it.',
  },

  home: {
    title: 'Check what an AI really said',
    description: 'Check whether an AI answer is exactly what its service signed.',
    lead: 'A service that uses Counterfoil signs a receipt for each AI answer it gives. Bring the link, the receipt or the file you were given, and see in a second whether the answer is the one that was signed, by whom and when.',
    linkLabel: 'Verify link or receipt id',
    linkHint:
      'For example the link that came with the answer, or an id that starts with “rec_”. Please put no text of an answer here: without JavaScript this box sends what is in it.',
    anythingLabel: 'Paste or drop what you have',
    anythingHint:
      'A verify link, a receipt id, a receipt, a bundle file or the text of an answer. It is read in your browser; a text never leaves it.',
    check: 'Check',
    file: 'Choose a file',
    drop: 'Drop it here',
    unread: 'We could not read that',
    unreadLink:
      'That is neither a verify link nor a receipt id. A link ends in “/r/rec_…”, and an id is “rec_” and 32 letters and digits.',
    unreadReceipt:
      'That is a receipt rather than a link. Without JavaScript this page can’t read it; the API’s /v1/verify can.',
    how: 'How it works',
    steps: [
      {
        title: 'The service signs',
        says: 'It computes a digest of the answer you saw and signs it with its own key. That is the receipt.',
      },
      {
        title: 'The portal keeps',
        says: 'The receipt is stored here with the time of its arrival, under an id made from the receipt itself.',
      },
      {
        title: 'Anybody checks',
        says: 'The page computes everything again, your browser does so by itself, and you can do so with openssl.',
      },
    ],
  },

  nowhere: {
    title: 'There is no page here',
    says: 'The address may be cut off or mistyped. If you have a verify link or a receipt, you can check it on the first page.',
    home: 'To the first page',
  },
  damaged: {
    title: 'This link is damaged',
    says: 'A verify link ends in “rec_” and 32 letters and digits. Some of it was lost or changed on the way: copy it again from where you got it, or paste it on the first page.',
    home: 'To the first page',
  },

  trouble: {
    title: 'We could not check this right now',
    says: 'The portal could not reach what it needs to answer. That says nothing about the receipt. Please try again in a moment.',
    retry: 'Retry',
  },

  verify,

  issuer: {
    title: (name: string) => `${name} · issuer`,
    kicker: 'Issuer',
    since: (time: string) => `Known to this portal since ${time}.`,
    domainVerified: 'The domain below was verified.',
    domainNotVerified:
      'No domain was verified for this issuer: the name is what this portal’s operator entered.',
    website: 'Website',
    slug: 'Name in receipts',
    keysTitle: 'Signing keys',
    noKeys: 'No signing key is published.',
    states: { active: 'In use', retired: 'Retired', revoked: 'Revoked' },
    published: 'Published',
    retired: 'Retired',
    revoked: 'Revoked',
    compromisedSince: 'Not to be trusted since',
    reason: 'Reason',
    publicKey: 'Public key (x)',
    json: 'The same as JSON',
  },

  docs: {
    title: 'API reference',
    lead: 'Services authenticate with their API key: `Authorization: Bearer cfl_…`. Administration takes the admin token in the same place. Verification takes neither.',
    firstPost: 'A first post',
    firstPostSays:
      'Sign a receipt with a published key (a compact JWS), put it into `RECEIPT`, and post it:',
    firstPostShell: `curl https://portal.example/v1/receipts -H "Authorization: Bearer cfl_…" -H "Content-Type: application/json" -d "{\\"receipt\\":\\"$RECEIPT\\"}"`,
    firstPostAnswer: 'The answer is 201, and `verifyUrl` is the link to hand out:',
    firstPostJson: `{
  "receiptId": "rec_0q4x7n2m9k5t8w3v6b1c0d4f7g2h5j8k",
  "verifyUrl": "https://portal.example/r/rec_0q4x7n2m9k5t8w3v6b1c0d4f7g2h5j8k",
  "mode": "live",
  "content": "none",
  "log": { "state": "off" },
  "usage": { "used": 41, "reserved": 0, "cap": 10000, "resetsAt": "2026-12-01T00:00:00.000Z" }
}`,
    format: 'How a receipt is written stands in `sdk/SPEC.md` of the source.',
    areas: {
      ingestion: 'Ingestion',
      verification: 'Verification',
      administration: 'Administration',
    },
    errors: 'Errors',
    download: 'OpenAPI document',
    contents: 'Contents',
    parameters: 'Parameters',
    body: 'Body',
    answers: 'Answers',
    required: 'required',
    optional: 'optional',
    schemas: 'Shapes',
    problems: 'Every error code',
  },

  problems: {
    title: 'Error codes',
    lead: 'Each error answer of the API carries one of these codes. A code never changes its meaning.',
    pageTitle: (code: string) => `${code} · error`,
    kicker: 'Error of the API',
    status: 'HTTP status',
    all: 'Every error code',
    code: 'Code',
  },

  inBrowser,
}

export type PageWords = typeof en
