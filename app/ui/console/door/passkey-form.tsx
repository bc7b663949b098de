import type { ReactNode } from 'react'

interface PasskeyFormProps {
  /** Whether one is used or made. */
  act: 'get' | 'create'
  /** Where the browser is told what to ask its authenticator. */
  question: string
  button: string
  /** The field of another form on the page whose value goes along as `name`. */
  nameFrom?: string
  isFirst?: boolean
  /** Where to go instead. */
  cancel?: string
  /** What goes along. */
  children?: ReactNode
}

/**
 * Unseen until the script finds that this browser can do it. The script puts the authenticator's
 * answer into it and sends it as any other form.
 */
export function PasskeyForm({
  act,
  question,
  button,
  nameFrom,
  isFirst = false,
  cancel,
  children,
}: PasskeyFormProps) {
  return (
    <form
      method="post"
      className="console-form passkey"
      data-passkey={act}
      data-question={question}
      data-name-from={nameFrom}
      data-passkey-only
      hidden
    >
      {nameFrom === undefined ? null : <input type="hidden" name="name" />}
      {children}
      <input type="hidden" name="answer" />
      <p className="actions">
        <button className={isFirst ? 'button' : 'button secondary'} type="submit">
          {button}
        </button>
        {cancel === undefined ? null : (
          <a className="button secondary" href={cancel}>
            Cancel
          </a>
        )}
      </p>
      <p className="field-error" role="status" />
    </form>
  )
}

/** Seen until the script finds that this browser can do it. */
export const WithoutPasskeys = ({ children }: { children: ReactNode }) => (
  <p className="quiet" data-without-passkeys>
    {children}
  </p>
)
