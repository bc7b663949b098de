interface CopyableProps {
  id: string
  text: string
  /** What it is, for whoever hears the button only: "the secret". */
  what: string
  /** Selected as a whole, and broken where the line ends. */
  wraps?: boolean
}

/**
 * Text to take away. It can be selected as it is; the button appears with the script that makes it
 * work.
 */
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
