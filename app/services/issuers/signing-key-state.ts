/** A key's state as the console shows it; `next` is a key that waits for its first receipt. */
export type ShownKeyState = 'next' | 'active' | 'retired' | 'revoked'

interface Key {
  kid: string
  state: 'active' | 'retired' | 'revoked'
  lastReceivedAt: string | null
}

/**
 * An unused key is `next` only while another active key of its issuer is in use: an issuer's first
 * key is active at once.
 */
export function showKeyState(key: Key, keysOfIssuer: Key[]): ShownKeyState {
  if (key.state !== 'active') return key.state
  const isInUse = (one: Key) => one.state === 'active' && one.lastReceivedAt !== null
  const another = keysOfIssuer.some((one) => one.kid !== key.kid && isInUse(one))
  return key.lastReceivedAt === null && another ? 'next' : 'active'
}
