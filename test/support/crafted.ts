import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { Point } from '@noble/ed25519'
import { decodeHex } from '#receipt/bytes.ts'
import type { Signer } from './signing.ts'

const sha512 = (...parts: Uint8Array[]) =>
  createHash('sha512').update(Buffer.concat(parts)).digest()
const readNumber = (bytes: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
const writeNumber = (value: bigint): Buffer =>
  Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()

/** The receipt with another signature of its signer: R is the identity, and S·B is R + k·A. */
export function signByIdentity(signer: Signer, jws: string): string {
  const signed = jws.slice(0, jws.lastIndexOf('.'))
  const bytesOf = (text: string | undefined) => Buffer.from(text ?? '', 'base64url')
  const hash = sha512(bytesOf(signer.privateJwk.d)).subarray(0, 32)
  hash[0]! &= 248
  hash[31] = (hash[31]! & 127) | 64
  const r = Point.ZERO.toBytes()
  const k = readNumber(sha512(r, bytesOf(signer.jwk.x), Buffer.from(signed)))
  const s = writeNumber((k * readNumber(hash)) % Point.CURVE().n)
  return `${signed}.${Buffer.concat([r, s]).toString('base64url')}`
}

/** The published cases of bundles: name, bytes, and the place of the fault or null. */
export function bundleCases(): [name: string, bytes: Buffer, fault: string | null][] {
  const folder = new URL('../vectors/', import.meta.url)
  return readdirSync(folder)
    .filter((name) => name.startsWith('bundle-'))
    .map((name) => {
      const read = (file: string) => readFileSync(new URL(`${name}/${file}`, folder), 'utf8')
      const { pointer = null } = JSON.parse(read('expected.json')) as { pointer?: string }
      return [name, Buffer.from(decodeHex(read('input.hex'))!), pointer]
    })
}
