/** A module of their own, so that a page can import them without argon2. */
export const PASSWORD_CHARACTERS_MIN = 10
export const PASSWORD_CHARACTERS_MAX = 200
