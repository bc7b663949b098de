import encodeQR from 'qr'

/** Around the code, as the standard asks. */
const QUIET_ZONE = 4

interface QrCodeProps {
  text: string
  /** What it is, for whoever can't see it: never what it holds. */
  label: string
}

/** For a camera: dark on light, whatever the page around it looks like. */
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
