import type { Answer, Client } from './portal.ts'
import { makeSigner, signProof, signReceipt, type Signer } from './signing.ts'

let count = 0
/** A slug that no other test in this process uses. */
export const freshSlug = (): string => `issuer-${++count}`

/** A name that looks like no other: a digit could be mistaken for a letter. */
const freshName = (slug: string): string =>
  `Name ${slug.replace(/\d/g, (digit) => 'abcdefghjk'[Number(digit)]!)}`

export interface ApiKeyAnswer {
  id: string
  apiKey: string
}

export interface Ingested {
  receiptId: string
  usage: { used: number; reserved: number; cap: number | null }
  code: string
}

const expectStatus = <Body>(answer: Answer<Body>, status: number): Body => {
  if (answer.status !== status) throw new Error(`${answer.status}: ${answer.text}`)
  return answer.body
}

export async function createIssuer(portal: Client, slug = freshSlug()): Promise<string> {
  expectStatus(
    await portal.admin('POST', '/v1/admin/issuers', { slug, name: freshName(slug) }),
    201,
  )
  return slug
}

export async function publishKey(portal: Client, slug: string): Promise<Signer> {
  const signer = await makeSigner()
  expectStatus(
    await portal.admin('POST', `/v1/admin/issuers/${slug}/signing-keys`, {
      jwk: signer.jwk,
      proof: await signProof(signer, slug),
    }),
    201,
  )
  return signer
}

export async function createApiKey(
  portal: Client,
  slug: string,
  values: object = {},
): Promise<ApiKeyAnswer> {
  const body = { name: 'a service', mode: 'live', cap: null, ...values }
  return expectStatus(
    await portal.admin<ApiKeyAnswer>('POST', `/v1/admin/issuers/${slug}/api-keys`, body),
    201,
  )
}

/** An issuer that can post: a published key and an API key. */
export interface Service {
  slug: string
  signer: Signer
  key: ApiKeyAnswer
}

export async function createService(portal: Client, values: object = {}): Promise<Service> {
  const slug = await createIssuer(portal)
  const signer = await publishKey(portal, slug)
  return { slug, signer, key: await createApiKey(portal, slug, values) }
}

export const post = (
  portal: Client,
  apiKey: string,
  receipt: string,
  more: object = {},
): Promise<Answer<Ingested>> =>
  portal.call('POST', '/v1/receipts', { token: apiKey, body: { receipt, ...more } })

/** Posts a new receipt for a text and gives its id. */
export async function postText(
  portal: Client,
  service: Service,
  text: string,
  more: object = {},
): Promise<string> {
  const jws = await signReceipt(service.signer, service.slug, text)
  return expectStatus(await post(portal, service.key.apiKey, jws, more), 201).receiptId
}
