import { unwrap } from './connection.ts'

/**
 * The machine or a setting has to change before the portal can start. The message is the whole
 * explanation: one sentence that says what is wrong and what to do, printed without a stack.
 */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/** Turns the errors of a folder into such a sentence; any other error stays unchanged. */
export function folderError(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new StartError(`No space is left for ${folder}: free some, or point DATA_DIR elsewhere.`)
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENAMETOOLONG'].includes(code))
    return new StartError(
      `The data folder ${folder} can't be written (${code}): make it a folder this user may write to, or point DATA_DIR at another one.`,
    )
  return error
}

/** Prepared statements and settings belong to a session. */
export const poolerError = (why: string): StartError =>
  new StartError(
    `DATABASE_URL leads to a pooler that keeps no sessions (${why}): give the database's own address, or let the pooler work in session mode.`,
  )

export function databaseError(thrown: unknown): Error {
  const error = unwrap(thrown)
  if (error instanceof StartError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const said = error instanceof Error ? error.message || code || error.name : String(error)
  const why = said.includes('client password must be a string') ? 'it has no password' : said
  if (/unsupported startup parameter|in statement pooling mode/.test(why)) return poolerError(why)
  if (code === '42501')
    return new StartError(
      `The role of DATABASE_URL may not make the portal's tables (${why}): make it the owner of its database.`,
    )
  return new StartError(
    `The database of DATABASE_URL can't be used (${why}): check its host, port, name, user and password (@, /, # and : in it as %40, %2F, %23 and %3A), and that it is running.`,
  )
}
