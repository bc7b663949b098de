import { Buffer } from 'node:buffer'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { pauseAfter, TRIED_MS_MAX } from './deliver-alerts.ts'
import { signWebhook } from './webhook-secret.ts'

test('the published test vector of Standard Webhooks comes out', () => {
  expect(
    signWebhook(
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      new Date(1_614_265_330_000),
      '{"test": 2432232314}',
    ),
  ).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('the standardwebhooks package verifies ours, and nothing that was changed', () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const body = '{"type":"webhook.test","data":{"name":"Büro ✓"}}'
  const headers = signWebhook(secret, 'msg_1', new Date(), body)
  const receiver = new Webhook(secret)
  expect(receiver.verify(body, headers)).toEqual(JSON.parse(body))
  expect(() => receiver.verify(`${body} `, headers)).toThrow()
  expect(() => receiver.verify(body, { ...headers, 'webhook-id': 'msg_2' })).toThrow()
  const other = new Webhook(`whsec_${Buffer.alloc(32, 8).toString('base64')}`)
  expect(() => other.verify(body, headers)).toThrow()
})

test('an alert is tried for a day, later each time, and the last attempt is at its end', () => {
  for (const byte of [0, 127, 255]) {
    const random = (length: number) => new Uint8Array(length).fill(byte)
    const pauses: number[] = []
    let ageMs = 0
    for (let attempts = 1; attempts < 100; attempts++) {
      const pause = pauseAfter({ random }, { attempts, ageMs })
      if (pause === null) break
      pauses.push(pause)
      ageMs += pause
    }
    expect(ageMs).toBe(TRIED_MS_MAX)
    expect(pauses[0]! / 1000).toBeCloseTo(5 * (0.8 + (0.4 * byte) / 255), 5)
    expect(pauses.length).toBeGreaterThan(10)
    expect(pauses.length).toBeLessThan(20)
    const growing = pauses.slice(0, 8)
    expect(growing).toEqual(growing.toSorted((a, b) => a - b))
  }
})
