import encodeQR from 'qr'
import { parseReceiptId } from '#receipt/id.ts'
import { bytesReply } from '../web/reply.ts'
import { verifyUrl } from '../services/verify/build-report.ts'
import { refuse, type Handler } from '../web/handler.ts'

const SVG = 'image/svg+xml; charset=utf-8'

/** `GET /r/<id>/qr.svg`: the verify link for a camera; the receipt need not be stored here. */
export const getQrCode: Handler = (request, ctx, params) => {
  if (parseReceiptId(params.id!) === null) return refuse(request, 'not_found')
  const code = encodeQR(verifyUrl(ctx, params.id!), 'svg', { ecc: 'medium', border: 2 })
  // Cameras read dark on light, so the code has a white ground of its own.
  const onWhite = code.replace('><path', '><rect width="100%" height="100%" fill="#fff"/><path')
  return bytesReply(SVG, onWhite)
}

/**
 * `GET /r/<id>/badge.svg`: says "Verify this" and nothing more. A badge with a verdict could be
 * copied beside another answer.
 */
export const getBadge: Handler = (request, _ctx, params) =>
  parseReceiptId(params.id!) === null ? refuse(request, 'not_found') : bytesReply(SVG, BADGE)

const BADGE = `<svg xmlns="http://www.w3.org/2000/svg" width="112" height="28" viewBox="0 0 112 28" role="img" aria-label="Verify this"><rect width="112" height="28" rx="6" fill="#12535f"/><path d="M12 14.5l4 4 8-9" fill="none" stroke="#fff" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/><text x="34" y="18.5" fill="#fff" font-family="system-ui, sans-serif" font-size="13" font-weight="600">Verify this</text></svg>
`
