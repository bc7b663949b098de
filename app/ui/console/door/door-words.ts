export const TOO_MANY =
  'Too many tries. Wait a minute, or five after wrong codes, and try again: nothing is locked for good.'
export const WRONG = 'This name and this password don’t belong together.'
export const WRONG_CODE = 'This code is not right, or it was used already. Wait for the next one.'
export const WRONG_PASSKEY =
  'This passkey was not accepted: it may be another portal’s, or it took too long. Try again.'
export const WRONG_PASSWORD = 'This is not your password.'
