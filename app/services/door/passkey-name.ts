import { isName, isPlainText } from '../plain-text.ts'

export const PASSKEY_NAME_CHARACTERS_MAX = 50

export const isPasskeyName = (name: string): boolean =>
  isName(name) && isPlainText(name, PASSKEY_NAME_CHARACTERS_MAX)
