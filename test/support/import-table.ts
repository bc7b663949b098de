import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

export interface Room {
  /** Files of this room, as a prefix of their path. The first room that matches is a file's. */
  room: string
  /** The room's allowed imports: rooms and files by prefix, packages by name. Types count too. */
  may: string[]
  /** What it may also import by a whole `import type`, of which nothing is left when it runs. */
  mayTypes?: string[]
}

export const CORE = 'sdk/src/receipt/'
const CTX = 'app/context.ts'
/** Addresses, durations and digests: plain values in, plain values out. */
const VALUES = 'app/values/'

/** The nouns that each noun of a layer may use beside itself and its layer's loose files. */
const NOUNS: Record<string, Record<string, string[]>> = {
  'app/services/': {
    audit: [],
    verify: [],
    door: ['audit'],
    people: ['door', 'audit'],
    alerts: ['audit'],
    issuers: ['verify', 'alerts', 'audit'],
    'api-keys': ['issuers', 'audit'],
    receipts: ['verify', 'audit'],
    ingest: ['api-keys'],
    overview: ['ingest', 'receipts', 'issuers', 'api-keys'],
  },
  'app/ui/console/': {
    parts: [],
    audit: ['parts'],
    door: ['parts'],
    people: ['door', 'parts'],
    alerts: ['parts'],
    'api-keys': ['audit', 'parts'],
    issuers: ['api-keys', 'audit', 'parts'],
    overview: ['alerts', 'api-keys', 'parts'],
    receipts: ['overview', 'parts'],
  },
  'db/queries/': {
    audit: [],
    verify: [],
    door: [],
    people: [],
    alerts: [],
    issuers: [],
    'api-keys': [],
    receipts: [],
    ingest: [],
    overview: [],
  },
  'sdk/src/': {
    portal: [],
    outbox: ['portal', 'receipt'],
    stream: ['receipt'],
    verify: ['stream', 'portal', 'receipt'],
    sign: ['outbox', 'stream', 'portal', 'verify', 'receipt'],
    providers: ['stream', 'sign', 'receipt'],
    servers: ['stream'],
  },
}

/** Packages that a layer's nouns may use. */
const SERVICE_PACKAGES = [
  'lru-cache',
  'unhomoglyph',
  '@node-rs/argon2',
  '@simplewebauthn/server',
  'otpauth',
  'standardwebhooks',
  'node:',
]
const UI_MAY = [
  'app/ui/site/brand-mark.tsx',
  'app/ui/site/notice-pages.tsx',
  'app/ui/words/',
  'app/ui/text/',
  'app/ui/verify/',
  CORE,
  'react',
  '@conform-to/',
  'qr',
]

const nounRooms = (layer: string, may: string[]): Room[] =>
  Object.entries(NOUNS[layer]!).map(([noun, uses]) => ({
    room: `${layer}${noun}/`,
    may: [...[noun, ...uses].map((one) => `${layer}${one}/`), ...may],
  }))

/** The console draws what the services of the same nouns answer, by their types and nothing else. */
const consoleRooms = (): Room[] =>
  nounRooms('app/ui/console/', UI_MAY).map((row) => ({
    ...row,
    mayTypes: [
      ...row.may
        .filter((one) => one.startsWith('app/ui/console/'))
        .map((one) => one.replace('app/ui/console/', 'app/services/')),
      // Every page knows the role of its reader.
      'app/services/door/session.ts',
    ],
  }))

/** A layer's own loose files: small rules that every noun may use. */
const loose = (layer: string): string[] =>
  readdirSync(join(ROOT, layer), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => layer + entry.name)

const SDK_ENTRIES = Object.values(
  (
    JSON.parse(readFileSync(join(ROOT, 'sdk/package.json'), 'utf8')) as {
      exports: Record<string, string | { default: string }>
    }
  ).exports,
).flatMap((entry) =>
  typeof entry === 'string' ? [] : entry.default.replace('./dist/', 'sdk/src/').replace('.js', '.'),
)

/** The words that all rooms of the SDK share. A room imports no entry: entries are for strangers. */
const SDK_LOOSE = loose('sdk/src/').filter(
  (file) => !SDK_ENTRIES.some((entry) => file.startsWith(entry)),
)
const sdkRoom = (noun: string): string[] =>
  [noun, ...NOUNS['sdk/src/']![noun]!].map((one) => `sdk/src/${one}/`)

/** Who may import whom. A service never hears of HTTP or React; a page never sees the database. */
export const TABLE: Room[] = [
  { room: CORE, may: [CORE, '@noble/'] },
  // What needs Node, or a provider's package, has an entry of its own: the core runs anywhere.
  { room: 'sdk/src/outbox/disk-', may: [...sdkRoom('outbox'), ...SDK_LOOSE, 'node:'] },
  {
    room: 'sdk/src/verify/read-events.ts',
    may: [...sdkRoom('verify'), ...SDK_LOOSE, 'eventsource-parser'],
  },
  { room: 'sdk/src/react.tsx', may: ['sdk/src/', 'react'] },
  { room: 'sdk/src/proof-command.ts', may: ['sdk/src/', 'node:'] },
  {
    room: 'sdk/src/providers/sse-text.ts',
    may: [...sdkRoom('providers'), ...SDK_LOOSE, 'eventsource-parser'],
  },
  ...nounRooms('sdk/src/', [...SDK_LOOSE, '@noble/']),
  { room: 'sdk/src/', may: ['sdk/src/', '@noble/'] },
  { room: 'db/pools.server.ts', may: ['db/', 'drizzle-orm', 'pg', 'node:'] },
  ...nounRooms('db/queries/', [...loose('db/queries/'), ...loose('db/'), 'drizzle-orm', 'node:']),
  { room: 'db/', may: ['db/', 'drizzle-orm', 'node:'] },
  ...nounRooms('app/services/', [
    ...loose('app/services/'),
    'db/queries/',
    CORE,
    CTX,
    VALUES,
    ...SERVICE_PACKAGES,
  ]),
  {
    room: 'app/services/',
    may: ['app/services/', 'db/queries/', CORE, CTX, VALUES, ...SERVICE_PACKAGES],
  },
  { room: VALUES, may: [VALUES, 'ipaddr.js', 'node:'] },
  {
    room: 'app/api/',
    may: [
      'app/api/',
      'app/services/',
      'app/web/',
      CORE,
      CTX,
      VALUES,
      'zod',
      '@asteasolutions/zod-to-openapi',
      'qr',
      'node:',
    ],
  },
  // Where a request meets its handler; the rest of the room knows web standards and ctx.
  { room: 'app/web/dispatch.server.ts', may: ['app/', 'node:'] },
  { room: 'app/web/page', may: ['app/', '@remix-run/', 'node:'] },
  { room: 'app/web/site.server.ts', may: ['app/', '@remix-run/', 'node:'] },
  { room: 'app/web/console.ts', may: ['app/web/', CTX, VALUES, '@remix-run/', 'node:'] },
  {
    room: 'app/web/trouble.ts',
    may: ['app/web/', CTX, 'db/connection.ts', 'app/engine/engine.ts'],
  },
  { room: 'app/web/', may: ['app/web/', CTX, VALUES, 'node:'], mayTypes: [CORE] },
  {
    room: 'app/ui/browser/',
    may: ['app/ui/', CORE, '@simplewebauthn/browser'],
  },
  ...consoleRooms(),
  { room: 'app/ui/', may: ['app/ui/', CORE, 'react', '@conform-to/', 'qr'] },
  {
    room: 'app/routes/',
    may: [
      'app/routes/',
      'app/services/',
      'app/web/',
      'app/ui/',
      CORE,
      CTX,
      VALUES,
      '@remix-run/',
      '@conform-to/',
      'zod',
    ],
  },
]
