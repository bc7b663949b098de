// A portal of the examples' own, for whoever has none yet: started as `npm start` does it, with its
// data in .data/examples. The rest is what an admin would do in the console, done by the API.
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { ROOT, SetupError, say } from '../../app/process/install.mjs'

const ISSUER = 'example'

let portalProcess = null

/** Waits until it has ended; does nothing where there is none. */
export async function stopOwnPortal() {
  if (portalProcess === null || portalProcess.exitCode !== null) return
  portalProcess.removeAllListeners('close')
  const ended = once(portalProcess, 'close')
  portalProcess.kill('SIGINT')
  await ended
}

/** Gives the settings with which an example reaches it. It ends with this process. */
export async function startOwnPortal() {
  const folder = resolve(process.env.EXAMPLES_DATA_DIR ?? join(ROOT, '.data', 'examples'))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const portal = await launch(folder)
  const token = readFileSync(join(folder, 'secrets', 'admin-token'), 'utf8').trim()
  const admin = async (path, body, ...allowed) => {
    const response = await fetch(`${portal}/v1/admin/issuers${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = await response.json()
    if (!response.ok && !allowed.includes(answer.code))
      throw new SetupError(`The portal would not have the example: ${JSON.stringify(answer)}`)
    return answer
  }

  const keyFile = join(folder, 'signing-key.pem')
  if (!existsSync(keyFile)) {
    const { privateKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' })
    writeFileSync(keyFile, pem, { mode: 0o600 })
  }
  const { proveKey } = await import('@counterfoil/sdk')
  const signingKey = readFileSync(keyFile, 'utf8')
  const { jwk, proof } = await proveKey({ signingKey, issuer: ISSUER, portal })
  await admin('', { slug: ISSUER, name: 'The example' }, 'slug_taken')
  await admin(`/${ISSUER}/signing-keys`, { jwk, proof }, 'key_taken')
  const key = { name: `started ${new Date().toISOString()}`, mode: 'test', cap: 1000 }
  const { apiKey } = await admin(`/${ISSUER}/api-keys`, key)
  return {
    COUNTERFOIL_PORTAL: portal,
    COUNTERFOIL_ISSUER: ISSUER,
    COUNTERFOIL_KEY_FILE: keyFile,
    COUNTERFOIL_API_KEY: apiKey,
  }
}

function launch(dataDir) {
  say('No COUNTERFOIL_PORTAL is set: a portal is started for the example …')
  return new Promise((found, reject) => {
    freePort().then((port) => {
      const { DATABASE_URL: _unused, ...env } = process.env
      const child = spawn(process.execPath, [join(ROOT, 'app', 'process', 'start.mjs')], {
        cwd: ROOT,
        // Ctrl-C is the example's, which still has receipts to send; then it ends the portal.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...env, PORT: String(port), PUBLIC_URL: '', DATA_DIR: dataDir, ADMIN_TOKEN: '' },
      })
      portalProcess = child
      process.once('exit', () => child.kill('SIGINT'))
      let said = ''
      for (const output of [child.stdout, child.stderr])
        output.setEncoding('utf8').on('data', (text) => {
          said += text
          if (said.includes('Counterfoil is ready')) found(`http://localhost:${port}`)
        })
      child.on('close', () => reject(new SetupError(`The portal did not start.\n${said}`)))
    }, reject)
  })
}

function freePort() {
  return new Promise((found, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => found(port))
    })
  })
}
