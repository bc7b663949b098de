import { PUBLIC_URL, type Portal } from './portal.ts'
import { SAME_ORIGIN } from './console.ts'

export interface DoorAnswer {
  status: number
  headers: Headers
  text: string
  location: string | null
  /** By name, without what it is allowed to do. */
  cookies: Record<string, string>
}

/** Somebody without a session who sends the forms of the pages that let people in. */
export async function knock(
  portal: Portal,
  path: string,
  fields: Record<string, string> | null,
  { address = '198.51.100.1', cookie = '' } = {},
): Promise<DoorAnswer> {
  const response = await fetch(portal.origin + path, {
    redirect: 'manual',
    headers: {
      cookie,
      // The test's own network is where a reverse proxy stands, whose word is taken.
      'x-forwarded-for': address,
      ...(fields === null
        ? {}
        : { ...SAME_ORIGIN, 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(fields === null ? {} : { method: 'POST', body: new URLSearchParams(fields).toString() }),
  })
  const cookies = response.headers.getSetCookie().map((line) => line.split(';')[0]!.split('='))
  return {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
    location: response.headers.get('location'),
    cookies: Object.fromEntries(cookies) as Record<string, string>,
  }
}

export const pathOf = (url: string): string => url.slice(PUBLIC_URL.length)
