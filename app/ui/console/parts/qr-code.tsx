import encodeQR from 'qr'

/** The margin around the code that the standard asks for. */
const QUIET_ZONE = 4

interface QrCodeProps {
  text: string
  /** The code's name for screen readers: never its content. */
  label: string
}

/** The code is dark on light in every colour scheme, because cameras need it so. */
export function QrCode({ text, label }: QrCodeProps) {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET_ZONE })
  const path = rows
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('')
  return (
    <svg className="qr" viewBox={`0 0 ${rows.length} ${rows.length}`} role="img" aria-label={label}>
      <rect width="100%" height="100%" fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  )
}
