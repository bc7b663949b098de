import { describe, expect, test } from 'vitest'
import { actorWord, actWords } from '../audit/audit-words.ts'
import { lookUp } from './look-up.ts'

const BY_NATURE = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf']

describe('a table', () => {
  test.each(BY_NATURE)('says nothing of %s, which every object answers to', (name) => {
    expect(lookUp({ saved: 'Saved.' }, name)).toBe(undefined)
  })

  test('says what it holds, and nothing where no name was given', () => {
    expect(lookUp({ saved: 'Saved.' }, 'saved')).toBe('Saved.')
    expect(lookUp({ null: 'Null.' }, null)).toBe(undefined)
  })
})

test.each(BY_NATURE)(
  'an admin called %s is called so, and so is an act of another version',
  (name) => {
    expect(actorWord(name)).toBe(name)
    expect(actWords({ actor: name, action: name, subject: '' })).toBe(`did “${name}” to`)
  },
)
