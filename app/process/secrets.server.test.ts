import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSettings } from './env.server.ts'
import { openSecrets, secretPath } from './secrets.server.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'))
})
afterEach(() => rm(folder, { recursive: true }))

const open = () => openSecrets(readSettings({ DATA_DIR: folder }))

test('secrets are made once, whole, for their owner alone, and nothing else is left beside them', async () => {
  const first = await open()
  expect(new Set(Object.values(first)).size).toBe(3)
  expect(await open()).toEqual(first)
  expect((await readdir(join(folder, 'secrets'))).sort()).toEqual([
    'admin-token',
    'api-key-pepper',
    'session-secret',
  ])
  const path = secretPath(folder, 'API_KEY_PEPPER')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await readFile(path, 'utf8')).trim()).toBe(first.API_KEY_PEPPER)
})

test('two first starts at once come to the same secrets', async () => {
  const [one, other] = await Promise.all([open(), open()])
  expect(one).toEqual(other)
})

test('a secret that was cut off stops the start: nothing is ever hashed under an empty one', async () => {
  await mkdir(join(folder, 'secrets'))
  for (const left of ['', '\n', 'short'])
    for (const name of ['API_KEY_PEPPER', 'ADMIN_TOKEN']) {
      const path = secretPath(folder, name)
      await writeFile(path, left)
      await expect(open()).rejects.toThrow(`The secret in ${path} is shorter`)
      await rm(path)
    }
})

test('a data folder that can not be one is told in a sentence', async () => {
  const file = join(folder, 'file')
  await writeFile(file, '')
  await expect(openSecrets(readSettings({ DATA_DIR: file }))).rejects.toThrow("can't be written")
})
