import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** Tests with a program that is no package of npm. */
const OUTSIDE = [{ program: 'pgbouncer', file: 'test/outside/pgbouncer.test.ts' }]

const FOLDERS = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']

/** The path of the program; undefined if it is not installed. */
export const findProgram = (program) =>
  FOLDERS.map((folder) => join(folder, program)).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** Only the tests whose program is here belong to Vitest's project `outside`. */
export function splitOutside() {
  const isHere = ({ program }) => findProgram(program) !== undefined
  return {
    files: OUTSIDE.filter(isHere).map(({ file }) => file),
    missing: OUTSIDE.filter((one) => !isHere(one)),
  }
}
