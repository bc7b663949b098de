import { Buffer } from 'node:buffer'
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { thumbprint } from '#receipt/key.ts'
import { selectIssuers } from '#db/queries/issuers/issuers.ts'
import type { Ctx } from '#app/context.ts'
import { sha256 } from '#app/values/sha256.ts'
import { authenticateApiKey } from '../api-keys/api-key.ts'
import { createApiKey } from '../api-keys/create-api-key.ts'
import { createIssuer } from '../issuers/create-issuer.ts'
import { eraseContent } from '../receipts/erase-content.ts'
import { ingestReceipts } from '../ingest/ingest-receipts.ts'
import type { Outcome } from '../outcome.ts'
import { publishKey } from '../issuers/publish-key.ts'
import { retireKey } from '../issuers/retire-key.ts'
import { revokeReceipt } from '../receipts/revoke-receipt.ts'

/** The welcome screen shows these: a verify link, and a signed receipt that is ready to be posted. */
export interface FirstSteps {
  receiptId: string
  apiKey: string
  bodyPath: string
}

/** The sample issuer, and the actor that the audit names as its maker. */
export const SAMPLE = { slug: 'harbour-library', actor: 'first-start' }
const BY = { actor: SAMPLE.actor, address: null, requestId: null }
const SLUG = SAMPLE.slug
const NAME = 'Harbour Library'

/**
 * Fills an empty portal with a small sample through the same services as real data: an issuer, its
 * keys, and six receipts with different verdicts. The private keys are gone when this function
 * returns, so that nobody can ever sign in the library's name again. One more receipt is signed
 * before that and lies in the data folder for the curl line.
 */
export async function seedWorld(ctx: Ctx, dataDir: string): Promise<FirstSteps | null> {
  const stepsPath = join(dataDir, 'first-steps', 'steps.json')
  const [somebody] = await selectIssuers(ctx.db, '', 1)
  if (somebody !== undefined) {
    const kept = await readFile(stepsPath, 'utf8').catch(() => null)
    return kept === null ? null : (JSON.parse(kept) as FirstSteps)
  }
  // The file is written last: a first start that was cut short prints no line that would not work.
  const bodyPath = resolve(dataDir, 'first-steps', 'receipt.json')
  const { body, ...made } = await makeWorld(ctx)
  const steps: FirstSteps = { ...made, bodyPath }
  await mkdir(join(dataDir, 'first-steps'), { recursive: true, mode: 0o700 })
  await writeFile(bodyPath, body, { mode: 0o600 })
  await writeFile(stepsPath, JSON.stringify(steps, null, 2), { mode: 0o600 })
  return steps
}

async function makeWorld(ctx: Ctx): Promise<{ receiptId: string; apiKey: string; body: string }> {
  const now = Math.floor(ctx.now() / 1000)
  need(
    await createIssuer(ctx, BY, { slug: SLUG, name: NAME, url: 'https://harbour-library.example' }),
  )
  const [today, lastYear] = [makeSigner(), makeSigner()]
  for (const signer of [today, lastYear]) {
    need(
      await publishKey(ctx, BY, SLUG, {
        jwk: signer.jwk,
        proof: signer.prove(ctx.config.publicUrl, now),
      }),
    )
  }
  const newKey = async (name: string, mode: 'live' | 'test', cap: number | null) => {
    const made = need(
      await createApiKey(ctx, BY, SLUG, { name, mode, cap, ratePerSecond: null, expiresAt: null }),
    )
    return { secret: made.apiKey, row: found(await authenticateApiKey(ctx, made.apiKey)) }
  }
  const live = await newKey('Reference desk', 'live', 10_000)
  const test = await newKey('First steps (test)', 'test', 1_000)

  const post = async (key: typeof live, signer: Signer, sample: Sample) => {
    const [ingested] = await ingestReceipts(ctx, key.row, [
      {
        receipt: signer.signReceipt(now, sample),
        content: sample.isPublic ? Buffer.from(sample.text) : null,
        visibility: sample.isPublic ? 'public' : 'private',
        reservation: null,
      },
    ])
    if (ingested?.kind !== 'stored')
      throw new Error(`the first world could not be made: ${JSON.stringify(ingested)}`)
    return ingested.receiptId
  }
  const shown = await post(live, today, SAMPLES.tides)
  await post(live, today, SAMPLES.partial)
  await post(live, lastYear, SAMPLES.retired)
  const revoked = await post(live, today, SAMPLES.revoked)
  const erased = await post(live, today, SAMPLES.erased)
  await post(test, today, SAMPLES.test)
  need(
    await retireKey(ctx, BY, { slug: SLUG, kid: lastYear.kid, reason: 'Replaced, as every year.' }),
  )
  need(await revokeReceipt(ctx, BY, revoked, 'The opening hours in this answer were out of date.'))
  need(await eraseContent(ctx, BY, erased))

  const body = JSON.stringify({
    receipt: today.signReceipt(now, SAMPLES.first),
    content: { text: SAMPLES.first.text },
    visibility: 'public',
  })
  return { receiptId: shown, apiKey: test.secret, body }
}

function need<T>(outcome: Outcome<T, string>): T {
  if (!outcome.ok) throw new Error(`the first world could not be made: ${outcome.code}`)
  return outcome.value
}

function found<T>(value: T | null): T {
  if (value === null) throw new Error('the first world could not be made')
  return value
}

type Signer = ReturnType<typeof makeSigner>

/** A key pair; its private half exists in the memory of this call alone. */
function makeSigner() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const x = raw.toString('base64url')
  const kid = thumbprint(raw)
  return {
    kid,
    jwk: { kty: 'OKP', crv: 'Ed25519', x },
    prove: (audience: string, iat: number) =>
      signJws(
        privateKey,
        { alg: 'Ed25519', kid, typ: 'key-proof+jwt' },
        { iss: SLUG, aud: audience, iat },
      ),
    signReceipt: (iat: number, sample: Sample) =>
      signJws(
        privateKey,
        { alg: 'Ed25519', kid, typ: 'ai-receipt+jwt' },
        {
          v: 1,
          iss: SLUG,
          iat,
          content: {
            alg: 'sha-256',
            digest: sha256(sample.text).toString('base64url'),
            length: Buffer.byteLength(sample.text),
            type: 'text/plain',
            subject: 'text',
          },
          jti: sample.job,
          model: 'reference-desk-2',
          provider: 'Harbour Library',
          outcome: sample.outcome ?? { status: 'complete', end: 'stop' },
        },
      ),
  }
}

function signJws(key: KeyObject, header: object, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const input = `${part(header)}.${part(claims)}`
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}

interface Sample {
  job: string
  text: string
  isPublic?: boolean
  outcome?: object
}

const SAMPLES = {
  tides: {
    job: 'desk-1041',
    isPublic: true,
    text: 'Spring tides have nothing to do with the season. They come twice in a lunar month, around new and full moon, when the sun and the moon pull along one line and their effects add up. In between, at the half moons, the two work against each other and the tides are at their smallest: those are neap tides.\n',
  },
  partial: {
    job: 'desk-1042',
    isPublic: true,
    outcome: { status: 'partial', end: 'aborted' },
    text: 'The oldest lighthouse that is still in use is the Tower of Hercules in Galicia. It was built by the Romans in the',
  },
  retired: {
    job: 'desk-0377',
    isPublic: true,
    text: 'A knot is one nautical mile an hour. Sailors counted how many knots in a rope ran out behind the ship while a sandglass emptied.\n',
  },
  revoked: {
    job: 'desk-1043',
    text: 'The reading room is open from nine to five, also on Saturdays.\n',
  },
  erased: {
    job: 'desk-1044',
    isPublic: true,
    text: 'Dear Ms Okafor, your three reserved books lie ready at the desk until Friday.\n',
  },
  test: {
    job: 'desk-test-1',
    isPublic: true,
    text: 'This answer was made while the service was being set up.\n',
  },
  first: {
    job: 'first-steps-1',
    isPublic: true,
    text: 'If you can read this on a verify page, your first receipt has arrived.\n',
  },
} satisfies Record<string, Sample>
