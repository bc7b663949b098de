import { randomBytes } from '@noble/hashes/utils.js'
import type { Counterfoil, CounterfoilOptions, SignInput } from '../counterfoil.ts'
import type { ReceiptDetails, Recording, SignedReceipt } from '../details.ts'
import { defined } from './defined.ts'
import { asError, CounterfoilError } from '../errors.ts'
import { createMemoryStore } from '../outbox/memory-store.ts'
import { createOutbox } from '../outbox/outbox.ts'
import { createPortal } from '../portal/portal.ts'
import { startRecording } from './recording.ts'
import { readSigningKey } from './signing-key.ts'
import { createTaps } from './taps.ts'

const WAITING_BYTES_MAX = 64 * 1024 * 1024

/**
 * Makes a Counterfoil, which signs receipts for one issuer and sends them to the portal. A program
 * needs one Counterfoil, not one for each request. Throws `invalid_option` or
 * `invalid_signing_key`.
 *
 * @example
 * const counterfoil = createCounterfoil({
 *   portal: 'https://receipts.example',
 *   issuer: 'acme',
 *   signingKey: readFileSync('signing-key.pem', 'utf8'),
 *   apiKey: 'cfl_live_…',
 * })
 * const { receiptId, verifyUrl } = await counterfoil.sign({ output: text, model: 'gpt-5' })
 */
export function createCounterfoil(options: CounterfoilOptions): Counterfoil {
  const { issuer, apiKey, defaults = {} } = options
  const url = readPortalUrl(options.portal)
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(issuer))
    throw invalid('issuer', 'must be your issuer’s slug in the portal, as in “acme”')
  if (!/^cfl_(?:live|test)_/.test(apiKey))
    throw invalid('apiKey', 'must be an API key of the portal: cfl_live_… or cfl_test_…')
  const signer = readSigningKey(options.signingKey)
  const now = options.now ?? Date.now
  const safeNow = safely(now)
  const portal = createPortal({
    url,
    apiKey,
    // The `fetch` of some platforms throws if it is called as a method of another object.
    fetch: options.fetch ?? ((...given) => fetch(...given)),
    now: safeNow,
  })
  const outbox = createOutbox({
    store: options.outbox ?? createMemoryStore(),
    portal,
    waitingBytesMax: options.waitingBytesMax ?? WAITING_BYTES_MAX,
    now: safeNow,
    random: Math.random,
  })
  if (options.onError) outbox.on('error', options.onError)
  const ctx = { issuer, signer, outbox, portalUrl: url, now, randomBytes }

  const record = (details: ReceiptDetails = {}): Recording =>
    startRecording(ctx, { ...defaults, ...defined(details) })

  async function sign({ output, status, end, ...details }: SignInput): Promise<SignedReceipt> {
    let recording: Recording
    try {
      recording = record(details)
      recording.write(output)
    } catch (thrown) {
      throw asError('signing_failed', 'The receipt can’t be signed', thrown)
    }
    return recording.finish({ status, end })
  }

  return {
    sign,
    signAIOutput: sign,
    record,
    ...createTaps(outbox, record, defaults),
    reserve: ({ count = 1, ttlSeconds = 600 } = {}) => portal.reserve({ count, ttlSeconds }),
    release: (reservation) => portal.release(reservation),
    usage: () => portal.usage(),
    flush: (given) => outbox.flush(given),
    close: (given) => outbox.close(given),
    on: outbox.on,
    receipts: {
      async get(receipt, given) {
        // Loaded only now, because a program that only signs needs no verifier.
        const { verifyReceipt } = await import('../verify/verify-receipt.ts')
        return verifyReceipt({ ...given, receipt, portal: url, fetch: options.fetch, now: safeNow })
      },
    },
  }
}

function readPortalUrl(portal: string): string {
  const url = URL.canParse(portal) ? new URL(portal) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '')
    throw invalid('portal', 'must be the portal’s address, as in https://receipts.example')
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

const invalid = (option: string, why: string): CounterfoilError =>
  new CounterfoilError('invalid_option', `The option ${option} ${why}.`)

/** The system's clock replaces a failing clock of the caller, so that sending goes on. */
const safely = (now: () => number) => (): number => {
  try {
    const ms = now()
    return Number.isFinite(ms) ? ms : Date.now()
  } catch {
    return Date.now()
  }
}
