/** By themselves, so that a page can tell them to a browser. */
export const PASSWORD_CHARACTERS_MIN = 10
export const PASSWORD_CHARACTERS_MAX = 200
