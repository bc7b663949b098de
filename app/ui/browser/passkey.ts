import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  WebAuthnError,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'

/** A refusal whose message people can read. */
class Refused extends Error {}

const CANCELLED = 'Nothing was done: it was cancelled, or took too long. You can try again.'
const TAKEN = 'This device or key holds a passkey for you already.'
const UNREACHED = 'The portal could not be reached. Try again in a moment.'

/** The form and its words appear together, and only in a browser that supports passkeys. */
if (browserSupportsWebAuthn()) {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) prepare(form)
  for (const part of document.querySelectorAll<HTMLElement>('[data-passkey-only]'))
    part.hidden = false
  for (const part of document.querySelectorAll<HTMLElement>('[data-without-passkeys]'))
    part.hidden = true
}

function prepare(form: HTMLFormElement): void {
  const say = form.querySelector<HTMLElement>('[role=status]')
  const button = form.querySelector('button')
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (button === null || button.disabled || !takeName(form)) return
    button.disabled = true
    say?.replaceChildren()
    answer(form).then(
      () => {
        // `submit()` does not call this listener again.
        form.submit()
      },
      (error: unknown) => {
        button.disabled = false
        say?.replaceChildren(explain(error))
      },
    )
  })
}

/** Takes the name from the form above; the browser tells the visitor if the name is missing. */
function takeName(form: HTMLFormElement): boolean {
  const { nameFrom } = form.dataset
  if (nameFrom === undefined) return true
  const typed = document.getElementById(nameFrom)
  if (!(typed instanceof HTMLInputElement) || !typed.reportValidity()) return false
  setField(form, 'name', typed.value)
  return true
}

async function answer(form: HTMLFormElement): Promise<void> {
  const options = await ask(form)
  const made =
    form.dataset.passkey === 'create'
      ? await startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON })
      : await startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON })
  setField(form, 'answer', JSON.stringify(made))
}

async function ask(form: HTMLFormElement): Promise<unknown> {
  const body = new URLSearchParams()
  for (const [name, value] of new FormData(form))
    if (typeof value === 'string' && name !== 'answer') body.set(name, value)
  const response = await fetch(form.dataset.question ?? '', { method: 'POST', body })
  // A redirect leads to a page: the session is over, or has to be confirmed again.
  if (response.redirected) location.reload()
  const told = (await response.json().catch(() => ({}))) as { options?: unknown; message?: string }
  if (told.options === undefined) throw new Refused(told.message ?? UNREACHED)
  return told.options
}

function setField(form: HTMLFormElement, name: string, value: string): void {
  const field = form.elements.namedItem(name)
  if (field instanceof HTMLInputElement) field.value = value
}

function explain(error: unknown): string {
  if (error instanceof Refused) return error.message
  if (error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED')
    return TAKEN
  const { name, message } = error instanceof Error ? error : { name: '', message: '' }
  if (name === 'NotAllowedError' || name === 'AbortError') return CANCELLED
  if (name === 'TypeError') return UNREACHED
  return `Your browser could not use a passkey here: ${message}`
}
