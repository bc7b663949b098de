interface CopyableProps {
  id: string
  text: string
  /** The text's name in the button for screen readers: "the secret". */
  what: string
  /** A click selects the whole text, and long lines break. */
  wraps?: boolean
}

/** A text to copy. A reader can select it without JavaScript; the script shows the button. */
export function Copyable({ id, text, what, wraps = false }: CopyableProps) {
  return (
    <div className={wraps ? 'copyable wraps' : 'copyable'}>
      <pre id={id} tabIndex={0} role="region" aria-label={what}>
        {text}
      </pre>
      <button type="button" className="button small secondary" data-copies={id} hidden>
        Copy<span className="said-only"> {what}</span>
      </button>
    </div>
  )
}

/** A page's own script, if it was built. */
export function PageScript({ src }: { src: string | null }) {
  return src === null ? null : <script type="module" src={src} />
}
