import { expect, test } from 'vitest'
import { isCommonPassword } from './common-password.ts'
import { COMMON_PASSWORDS, DIGEST_BYTES } from './common-passwords.ts'
import { judgePassword } from './password.ts'

test('13.28: 3,000 common passwords that are long enough are refused', () => {
  expect(Buffer.from(COMMON_PASSWORDS, 'base64').length / DIGEST_BYTES).toBe(3_000)
})

test.each([
  'qwertyuiop',
  '1234567890',
  '1qaz2wsx3edc',
  'Password123',
  'BASKETBALL',
  'q1w2e3r4t5y6',
  '123qweasdzxc',
  'manchester',
  'Terminator',
  'counterfoil1',
  'ｐａｓｓｗｏｒｄ１２３',
])('13.28: %s is refused, however it is written', (password) => {
  expect(judgePassword(password, 'Ann')).toMatchObject({ ok: false, code: 'weak_password' })
})

test.each(['quiet harbour lantern', 'another lantern, another bay', 'qwertyuiop of the harbour'])(
  '%s is nobody’s first guess',
  (password) => {
    expect(isCommonPassword(password)).toBe(false)
    expect(judgePassword(password, 'Ann').ok).toBe(true)
  },
)
