/** A request that a stranger can send, as long as its route takes it. */
export interface Big {
  method?: string
  path: string
  headers: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer>
}

const MEBIBYTE = 1024 * 1024
/** Leaves room for the receipt and the members' names. */
const TEXT_BYTES = MEBIBYTE - 4_096

/** So many repeats of a text as fit into `bytes` bytes of UTF-8. */
const fill = (text: string, bytes = TEXT_BYTES): string =>
  text.repeat(Math.floor(bytes / new TextEncoder().encode(text).length))

const MARKS = `a${'\u0301\u0322\u0334\u0316\u0345'.repeat(6)}`

/** Texts of about a mebibyte, each dear to some step of a comparison. */
export const LONG_TEXTS: Record<string, string> = {
  'letters with 30 combining marks': fill(MARKS),
  'carriage returns': fill('\r', TEXT_BYTES / 2),
  'line feeds': fill('\n', TEXT_BYTES / 2),
  'both line ends': fill('\r\n', TEXT_BYTES / 2),
  'plain letters': fill('a'),
  'spaces before each line end': fill('   \t\n', TEXT_BYTES / 2),
  'accented letters': fill('é'),
  'Hangul syllables': fill('각'),
  'Greek letters with three marks': fill('ᾂ'),
  emoji: fill('👩‍👩‍👧'),
  'angle brackets': fill('<'),
  'quotation marks': fill('"', TEXT_BYTES / 2),
  'control characters': fill('\u0001', TEXT_BYTES / 6),
  'right-to-left marks': fill('\u202e'),
}

const JSON_TYPE = { 'content-type': 'application/json' }
const verify = (body: string | Uint8Array<ArrayBuffer>): Big => ({
  path: '/v1/verify',
  headers: JSON_TYPE,
  body,
})
const members = (count: number, name: (i: number) => string): string =>
  `{${Array.from({ length: count }, (_, i) => `"${name(i)}":0`).join(',')}}`

/** Bodies for `POST /v1/verify`, most of them for a stored receipt. */
export const BIG_BODIES: Record<string, (receipt: string) => Big> = {
  ...Object.fromEntries(
    Object.entries(LONG_TEXTS).map(([kind, text]) => [
      `content of ${kind}`,
      (receipt: string) => verify(JSON.stringify({ receipt, content: { text } })),
    ]),
  ),
  'content in base64': (receipt) =>
    verify(JSON.stringify({ receipt, content: { base64: fill('QUJD') } })),
  'content in base64 with a wrong end': (receipt) =>
    verify(JSON.stringify({ receipt, content: { base64: `${fill('QUJD')}QUJ=` } })),
  'content in escapes': (receipt) =>
    verify(`{"receipt":"${receipt}","content":{"text":"${fill('\\u0041')}"}}`),
  'content of half surrogates': (receipt) =>
    verify(`{"receipt":"${receipt}","content":{"text":"${fill('\\ud800')}"}}`),
  '90,000 unknown members': () => verify(members(90_000, (i) => `m${i}`)),
  '70,000 integer names': () => verify(members(70_000, (i) => String(i * 7))),
  '500,000 nested lists': () => verify('['.repeat(500_000) + ']'.repeat(500_000)),
  '500,000 values in one list': () => verify(`[${'0,'.repeat(500_000)}0]`),
  'nested objects': () => verify('{"a":'.repeat(170_000) + '0' + '}'.repeat(170_000)),
  'white space': () => verify(`${fill(' ')}{}`),
  'one long number': () => verify(`{"receipt":${fill('1')}}`),
  'one long fraction': () => verify(`{"receipt":0.${fill('1')}}`),
  'one long name': () => verify(`{"${fill('n')}":0}`),
  'a long receipt': () => verify(`{"receipt":"${fill('e')}"}`),
  'a long receipt of dots': () => verify(`{"receipt":"${fill('.')}"}`),
  'a long receipt id': () => verify(`{"receiptId":"${fill('r')}"}`),
  'a long content digest': (receipt) =>
    verify(`{"receipt":"${receipt}","contentDigest":"${fill('d')}"}`),
  'bytes that are not UTF-8': () => verify(new Uint8Array(MEBIBYTE).fill(0xff)),
  'an unfinished string': () => verify(`"${fill('a')}`),
  'a bundle with long content': (receipt) =>
    verify(JSON.stringify({ bundle: { v: 1, receipt, content: { text: fill(MARKS) }, keys: [] } })),
  'a bundle with content in base64': (receipt) =>
    verify(
      JSON.stringify({ bundle: { v: 1, receipt, content: { base64: fill('QUJD') }, keys: [] } }),
    ),
  'a bundle with content in other letters of base64': (receipt) =>
    verify(
      JSON.stringify({ bundle: { v: 1, receipt, content: { base64: fill('/+++') }, keys: [] } }),
    ),
  'a bundle of many keys': (receipt) =>
    verify(
      JSON.stringify({
        bundle: {
          v: 1,
          receipt,
          keys: Array.from({ length: 100 }, () => ({
            jwk: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
            state: 'active',
            publishedAt: '2026-11-01T09:00:00.000Z',
          })),
        },
      }),
    ),
  'a long JWS alone': () => ({
    path: '/v1/verify',
    headers: { 'content-type': 'application/jose' },
    body: fill('e'),
  }),
}

const FORM = {
  'content-type': 'application/x-www-form-urlencoded',
  origin: 'http://portal.test',
  'sec-fetch-site': 'same-origin',
}
const form = (body: string): Big => ({ path: '/admin/sign-in', headers: FORM, body })
const get = (path: string, headers: Record<string, string> = {}): Big => ({
  method: 'GET',
  path,
  headers,
})
const FORM_BYTES = 64 * 1024
const HEADER_BYTES = 15 * 1024

/** Other long requests of strangers. */
export const BIG_REQUESTS: Record<string, Big> = {
  'a form of separators': form('&'.repeat(FORM_BYTES)),
  'a form of empty fields': form('a=&'.repeat(FORM_BYTES / 3)),
  'a form of escapes': form(`name=${fill('%41', FORM_BYTES - 8)}`),
  'a form of broken escapes': form(`name=${'%'.repeat(FORM_BYTES - 8)}`),
  'a form with a long password': form(`name=a&password=${'p'.repeat(FORM_BYTES - 64)}`),
  'a path of slashes': get('/'.repeat(HEADER_BYTES)),
  'a path of escaped slashes': get(fill('/%2f', HEADER_BYTES)),
  'a path of dots': get(fill('/..', HEADER_BYTES)),
  'a path of segments': get(fill('/a', HEADER_BYTES)),
  'a path under the API': get(`/v1${fill('/a', HEADER_BYTES)}`),
  'a long id': get(`/r/${'a'.repeat(HEADER_BYTES)}`),
  'a query of separators': get(`/?${'&'.repeat(HEADER_BYTES)}`),
  'a query for the console': get(`/admin/sign-in?${'a&'.repeat(HEADER_BYTES / 2)}`),
  'a query of names that are not passed on': get(
    `/admin/sign-in?${Array.from({ length: 2_500 }, (_, i) => `_${i}`).join('&')}`,
  ),
  'an Accept header of commas': get('/r/rec_00000000000000000000000000000000', {
    accept: ','.repeat(HEADER_BYTES),
  }),
  'an Accept header of parameters': get('/r/rec_00000000000000000000000000000000', {
    accept: `text/html${';q=1'.repeat(HEADER_BYTES / 4)}`,
  }),
  'an Accept-Language header of commas': get('/', { 'accept-language': ','.repeat(HEADER_BYTES) }),
  'an If-None-Match header of commas': get('/', {
    'if-none-match': '"a",'.repeat(HEADER_BYTES / 4),
  }),
  'a Cookie header of separators': get('/admin', { cookie: 'a=b;'.repeat(HEADER_BYTES / 4) }),
  'a long API key': get('/v1/usage', { authorization: `Bearer ${'a'.repeat(HEADER_BYTES)}` }),
  'an X-Forwarded-For header of commas': get('/', { 'x-forwarded-for': ','.repeat(HEADER_BYTES) }),
  'the home page': get('/'),
  'the reference': get('/docs'),
  'the OpenAPI document': get('/openapi.json'),
  'an unknown id': get('/r/rec_00000000000000000000000000000000'),
  'the sign-in page': get('/admin/sign-in'),
}
