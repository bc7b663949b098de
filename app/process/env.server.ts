import { z } from 'zod'
import { StartError } from '#db/start-error.ts'
import { isRange } from '../values/network-address.ts'
import { findMisspelt } from './misspelt-settings.ts'

export const SECRET_CHARACTERS_MIN = 16
const secret = z.string().min(SECRET_CHARACTERS_MIN).optional()

const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`
  return z.coerce.number(message).int(message).min(min, message).max(max, message)
}

const PUBLIC_URL_FORM = 'must be an address like https://receipts.example, without a path'

const RANGES_FORM = 'must be addresses or ranges like 10.0.0.0/8, separated by commas'

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const schema = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
    .optional(),
  DATA_DIR: z.string().default('.data'),
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(3000),
  PUBLIC_URL: z
    .string()
    .regex(/^https?:\/\/[^\s/?#]+\/?$/, PUBLIC_URL_FORM)
    .optional(),
  ADMIN_TOKEN: secret,
  SESSION_SECRET: secret,
  API_KEY_PEPPER: secret,
  REQUIRE_SECOND_FACTOR: z
    .enum(['true', 'false'], 'must be true or false')
    .default('false')
    .transform((value) => value === 'true'),
  TRUSTED_PROXIES: z
    .string()
    .default('127.0.0.0/8,::1')
    .transform((text) => text.split(',').map((range) => range.trim()))
    .refine((ranges) => ranges.every(isRange), RANGES_FORM),
  FIRST_BYTE_SECONDS: wholeNumber(1, 60).default(10),
  CONNECTIONS_MAX: wholeNumber(1, 1_000_000).default(10_000),
  WEB_CONCURRENCY: wholeNumber(1, 64).default(1),
  PUBLIC_COST_MS_PER_MINUTE: wholeNumber(60, 1_000_000).default(6_000),
  LOG_LEVEL: z.enum(LEVELS, `must be one of ${LEVELS.join(', ')}`).default('info'),
})

export type Settings = z.infer<typeof schema>
export const SETTING_NAMES = Object.keys(schema.shape)
export const SECRET_NAMES = ['ADMIN_TOKEN', 'SESSION_SECRET', 'API_KEY_PEPPER'] as const

/**
 * The only reader of the environment. An empty value counts as not set, as compose files write it.
 * Throws a StartError with one sentence for the first unusable setting.
 */
export function readSettings(env: Record<string, string | undefined> = process.env): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const read = schema.safeParse(given)
  if (!read.success) {
    const issue = read.error.issues[0]!
    const name = issue.path.join('.')
    const what = SECRET_NAMES.some((s) => s === name)
      ? `must have at least ${SECRET_CHARACTERS_MIN} characters`
      : issue.message.replace(/^Invalid input: /, '')
    throw new StartError(`The setting ${name} is not usable: ${what}. See .env.example.`)
  }
  const missing = SECRET_NAMES.filter((name) => read.data[name] === undefined)
  if (read.data.DATABASE_URL !== undefined && missing.length > 0) {
    throw new StartError(
      `DATABASE_URL is set, so ${missing.join(', ')} must be set too: make each with \`openssl rand -hex 32\` and keep it.`,
    )
  }
  return read.data
}

/** A sentence for each name of the environment that looks like a misspelt setting, without its value. */
export const warnOfMisspelt = (env: Record<string, string | undefined> = process.env): string[] =>
  findMisspelt(
    Object.keys(env).filter((name) => env[name] !== ''),
    SETTING_NAMES,
  ).map(({ name, meant }) => `${name} is no setting of the portal. Is ${meant} meant?`)

/** The portal's public URL without a slash at the end. */
export const publicUrlOf = ({ PUBLIC_URL, PORT }: Pick<Settings, 'PUBLIC_URL' | 'PORT'>): string =>
  (PUBLIC_URL ?? `http://localhost:${PORT}`).replace(/\/+$/, '')
