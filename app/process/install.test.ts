import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkNode } from './install.mjs'

describe('the floor of Node', () => {
  test.each(['20.20.2', '20.21.0', '22.22.2', '24.14.1', '24.15.0', '25.0.0', '26.12.1'])(
    'Node %s is supported',
    (version) => {
      expect(() => checkNode(version)).not.toThrow()
    },
  )

  test.each([
    ...['18.20.8', '20.19.0', '20.20.1', '21.7.3', '22.22.1', '23.11.1', '24.14.0'],
    '24.2.9',
  ])('Node %s is refused', (version) => {
    expect(() => checkNode(version)).toThrow(`this is Node ${version}`)
  })

  test('the sentence names the oldest releases, the reason and what to do', () => {
    expect(() => checkNode('20.19.0')).toThrow(
      'Counterfoil needs Node 20.20.2 or 22.22.2 or a later release of that line, or 24.14.1 or any later one, and this is Node 20.19.0: the releases below lack the security fixes of March 2026. Install the newest LTS from https://nodejs.org and run the command again.',
    )
  })

  test('the portal and the SDK have the same one', () => {
    const floorOf = (...path: string[]) => {
      const file = join(resolve(import.meta.dirname, '../..'), ...path, 'package.json')
      return (JSON.parse(readFileSync(file, 'utf8')) as { engines: { node: string } }).engines.node
    }
    expect(floorOf()).toBe('^20.20.2 || ^22.22.2 || >=24.14.1')
    expect(floorOf('sdk')).toBe(floorOf())
  })
})
