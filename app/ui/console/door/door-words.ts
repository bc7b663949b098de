/** Says what is left to wait, so that nobody tries too early and waits again. */
export function tooMany(waitSeconds = 60): string {
  const minutes = Math.ceil(waitSeconds / 60)
  const wait =
    waitSeconds <= 90
      ? `${waitSeconds} second${waitSeconds === 1 ? '' : 's'}`
      : `${minutes} minutes`
  return `Too many tries. Wait ${wait} and try again: nothing is locked for good.`
}
export const PASSKEY_NEEDED =
  'This portal asks for two factors, and your password is one: sign in with your passkey.'
export const WRONG = 'This name and this password don’t belong together.'
export const WRONG_CODE = 'This code is not right, or it was used already. Wait for the next one.'
export const WRONG_PASSKEY =
  'This passkey was not accepted: it may be another portal’s, or it took too long. Try again.'
export const WRONG_PASSWORD = 'This is not your password.'
