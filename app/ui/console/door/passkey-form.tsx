import type { ReactNode } from 'react'

interface PasskeyFormProps {
  /** Whether the form uses a passkey or makes one. */
  act: 'get' | 'create'
  /** The address of the options that the browser passes to its authenticator. */
  question: string
  button: string
  /** The field of another form on the page whose value is sent as `name`. */
  nameFrom?: string
  isFirst?: boolean
  /** The address behind "Cancel". */
  cancel?: string
  /** Further fields of the form. */
  children?: ReactNode
}

/**
 * Hidden until the script finds that the browser supports passkeys. The script fills in the
 * authenticator's answer and submits the form.
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

/** Shown until the script finds that the browser supports passkeys. */
export const WithoutPasskeys = ({ children }: { children: ReactNode }) => (
  <p className="quiet" data-without-passkeys>
    {children}
  </p>
)
