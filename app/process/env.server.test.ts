import { expect, test } from 'vitest'
import { readSettings } from './env.server.ts'

const SECRET = 'a secret of some length'
const SECRETS = { ADMIN_TOKEN: SECRET, SESSION_SECRET: SECRET, API_KEY_PEPPER: SECRET }
const DATABASE_URL = 'postgres://portal@db.example/counterfoil'

test('nothing has to be set', () => {
  expect(readSettings({})).toMatchObject({ PORT: 3000, HOST: '127.0.0.1', DATA_DIR: '.data' })
})

test('an empty value counts as not set', () => {
  expect(readSettings({ PORT: '', DATABASE_URL: '' })).toMatchObject({ PORT: 3000 })
})

test('with DATABASE_URL a missing secret stops the start with a sentence that names it', () => {
  for (const name of Object.keys(SECRETS)) {
    const env = { ...SECRETS, DATABASE_URL, [name]: undefined }
    expect(() => readSettings(env)).toThrow(new RegExp(`${name} must be set`))
  }
  expect(readSettings({ ...SECRETS, DATABASE_URL })).toMatchObject(SECRETS)
})

test.each([
  [{ PORT: 'abc' }, 'PORT is not usable: must be a whole number from 0 to 65535'],
  [{ PORT: '70000' }, 'PORT is not usable: must be a whole number'],
  [{ WEB_CONCURRENCY: '0' }, 'WEB_CONCURRENCY is not usable: must be a whole number from 1 to 64'],
  [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL is not usable: must begin with postgres://'],
  [
    { PUBLIC_URL: 'https://a.example/x' },
    'PUBLIC_URL is not usable: must be an address like https://',
  ],
  [{ PUBLIC_URL: 'portal' }, 'PUBLIC_URL is not usable: must be an address like https://'],
  [
    { TRUSTED_PROXIES: '10.0.0.0/8, proxy' },
    'TRUSTED_PROXIES is not usable: must be addresses or ranges',
  ],
  [{ CONNECTIONS_MAX: '0' }, 'CONNECTIONS_MAX is not usable: must be a whole number from 1'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL is not usable: must be one of trace, debug'],
  [{ ADMIN_TOKEN: 'short' }, 'ADMIN_TOKEN is not usable: must have at least 16 characters'],
])('%o is refused in one sentence', (env, sentence) => {
  expect(() => readSettings(env)).toThrow(sentence)
})

test('a refused secret is not repeated in the sentence', () => {
  expect(() => readSettings({ ADMIN_TOKEN: 'tooshort' })).not.toThrow(/tooshort/)
})
