import { textPieces } from './text-pieces.ts'

interface VisibleTextProps {
  text: string
  /** Whether line ends and tabs are part of what is shown, as in a signed answer. */
  lines?: boolean
}

/**
 * Shows every value that came from a receipt, an issuer or a request. React escapes markup; this
 * component also keeps the value from reordering, hiding or imitating the words around it.
 */
export function VisibleText({ text, lines = false }: VisibleTextProps) {
  const pieces = textPieces(text, lines)
  const only = pieces.length === 1 ? pieces[0] : undefined
  if (only && !only.mark) return <bdi>{only.text}</bdi>
  return (
    <bdi>
      {pieces.map((piece, at) =>
        piece.mark ? (
          <span key={at} className="unseen">
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </bdi>
  )
}
