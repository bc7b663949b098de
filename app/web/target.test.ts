import { expect, test } from 'vitest'
import { hasUnclearHost, readSegments, readTarget } from './target.ts'

test.each([
  ['/r/x?a=b?c', '/r/x', 'a=b?c'],
  ['http://anybody.example/r/x?q=1', '/r/x', 'q=1'],
  ['HTTPS://a.example:8443', '/', ''],
  ['http://a.example?q=1', '/', 'q=1'],
  ['*', '*', ''],
  ['', '/', ''],
  ['//evil.example/x', '//evil.example/x', ''],
])('the target %s is the path %s and the query “%s”', (target, path, search) => {
  expect(readTarget(target)).toEqual({ path, search })
})

test.each([
  ['/', []],
  ['//', []],
  ['/a//b/', ['a', 'b']],
  ['/a/./b/../c', ['a', 'c']],
  ['/../../a', ['a']],
  ['/%2e%2E/a', ['a']],
  ['/%72/%C3%A9', ['r', 'é']],
])('%s is the segments %j', (path, segments) => {
  expect(readSegments(path)?.decoded).toEqual(segments)
})

test('an encoded letter is another spelling of the letter, an encoded slash is no slash', () => {
  expect(readSegments('/%72%2f%C3%a9')?.spelt).toEqual(['r%2F%C3%A9'])
  expect(readSegments('/a:b@c')?.spelt).toEqual(['a:b@c'])
})

test.each(['%', '%E0%A4%A', 'a%00b', 'a%0d%0aX-Evil:1', '%E2%80%A8'])(
  'the segment %s can’t be read, and stays as it came',
  (segment) => {
    expect(readSegments(`/r/${segment}`)?.decoded).toEqual(['r', segment])
  },
)

test('no segments are read from a target that is no path', () => {
  expect(readSegments('*')).toBe(null)
})

test.each([
  [['Host', 'a.example'], false],
  [['host', '[2001:db8::1]:443'], false],
  [['HOST', ''], false],
  [['Accept', 'x'], false],
  [['Host', 'a.example', 'Accept', 'x', 'hOST', 'a.example'], true],
  [['Host', 'a.example, b.example/'], true],
  [['Host', 'a b'], true],
  [['Host', 'user@a.example'], true],
  [['Host', 'a.example:80:80'], true],
])('13.4: the header lines %j name an unclear host: %s', (lines, isUnclear) => {
  expect(hasUnclearHost(lines)).toBe(isUnclear)
})
