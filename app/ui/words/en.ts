import type { Axis, CheckName, CheckStatus, Verdict } from '#receipt/report.ts'
import { inBrowser } from './en-in-browser.ts'

/**
 * Every word of the public pages, but for the sentences about checks and verdicts, which are the
 * core's. Another language is another file with this shape; the compiler finds what is missing.
 */
export const en = {
  lang: 'en' as string,
  dir: 'ltr' as 'ltr' | 'rtl',
  /** The reader's way of writing a date, which isn't always the language's first one. */
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
  trouble: {
    title: 'We could not check this right now',
    says: 'The portal could not reach what it needs to answer. That says nothing about the receipt. Please try again in a moment.',
    retry: 'Retry',
  },

  verify: {
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
      revoked: 'Withdrawn',
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
    /** How an answer begins. A question that isn't one of yes or no has no yes. */
    answers: {
      unchanged: {
        pass: 'Yes.',
        warn: 'Yes, with a remark.',
        fail: 'No.',
        'not-checked': 'Not checked.',
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
    } satisfies Record<Axis, Record<CheckStatus, string>>,
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
      revocation: 'Withdrawal',
      signing_key: 'Signing key',
      issued_at: 'Signer’s time',
      received: 'Received',
      log: 'Log',
    } satisfies Record<CheckName, string>,

    provesTitle: 'What this proves',
    provesNotTitle: 'What it does not prove',
    proves: {
      bytes:
        'The signature is over exactly these bytes: one character more or less, and it breaks.',
      signer: (name: string) => `Whoever signed them held a signing key of ${name}.`,
      received: (time: string) => `The receipt was here on ${time} at the latest.`,
      nothing: 'Nothing about who wrote the text or when.',
      withdrawn: 'Its issuer no longer stands by it.',
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
      withdrawn: 'Withdrawn',
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
    keyStates: { active: 'in use', retired: 'retired', revoked: 'withdrawn' },
    bytes: (count: number) => `${count} bytes`,
    withdrawnFor: (time: string, reason: string) => `${time}: ${reason}`,

    rawTitle: 'The receipt itself',
    rawHeader: 'Header',
    rawClaims: 'Claims',
    rawJws: 'As it was signed (compact JWS)',
    takeTitle: 'Take it with you',
    receiptFile: 'Receipt',
    bundleFile: 'Bundle: receipt and key in one file',
    copyLink: 'Copy link',
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
  },

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
    states: { active: 'In use', retired: 'Retired', revoked: 'Withdrawn' },
    published: 'Published',
    retired: 'Retired',
    revoked: 'Withdrawn',
    compromisedSince: 'Not to be trusted since',
    reason: 'Reason',
    publicKey: 'Public key (x)',
    json: 'The same as JSON',
  },

  docs: {
    title: 'API reference',
    lead: 'Made from the same schema that guards the routes.',
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
