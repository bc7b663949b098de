/** The bodies of the console's 403s, by which its pages know them. */
export const ROLE_TOO_LOW = 'role too low'
export const EXPIRED_FORM = 'expired form'

export interface Refusal {
  title: string
  says: string
}

export const REFUSALS: Record<string, Refusal> = {
  [ROLE_TOO_LOW]: {
    title: 'Your role does not allow this',
    says: 'An owner can give you another one under People.',
  },
  [EXPIRED_FORM]: {
    title: 'This form is no longer valid',
    says: 'You signed in again since it was opened. Go back, reload the page and send it once more.',
  },
}
