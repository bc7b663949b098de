import { renderToStaticMarkup } from 'react-dom/server'
import decodeQR from 'qr/decode.js'
import { expect, test } from 'vitest'
import { QrCode } from './qr-code.tsx'

const PIXELS_A_MODULE = 4

/** The picture that a camera sees: white, and black where the path says so. */
function look(svg: string): { width: number; height: number; data: Uint8Array } {
  const modules = Number(/viewBox="0 0 (\d+) /.exec(svg)![1])
  const width = modules * PIXELS_A_MODULE
  const data = new Uint8Array(width * width * 4).fill(255)
  for (const [, x, y] of svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g))
    for (let dy = 0; dy < PIXELS_A_MODULE; dy++)
      for (let dx = 0; dx < PIXELS_A_MODULE; dx++) {
        const row = Number(y) * PIXELS_A_MODULE + dy
        const at = row * width + Number(x) * PIXELS_A_MODULE + dx
        data.fill(0, at * 4, at * 4 + 3)
      }
  return { width, height: width, data }
}

test('a camera reads what was put in, and a screen reader only what it is', () => {
  const uri = 'otpauth://totp/Counterfoil%20portal.test:Ada?issuer=x&secret=ABCDEFGH234567&digits=6'
  const svg = renderToStaticMarkup(<QrCode text={uri} label="QR code for your app" />)
  expect(decodeQR(look(svg))).toBe(uri)
  expect(svg).toContain('aria-label="QR code for your app"')
  expect(svg).not.toContain('otpauth')
})
