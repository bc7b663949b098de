import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DATABASE_USER } from './cluster.ts'
import type { Home } from './home.ts'

/**
 * Writes the settings at every start, beside the cluster. Under root the cluster's folder belongs
 * to another account, which could have laid a link there for root to write through.
 */
export async function writeSettings(home: Home, durable: boolean): Promise<string[]> {
  const config = join(home.folder, 'postgresql.conf')
  const access = join(home.folder, 'pg_hba.conf')
  await replaceFile(config, settings(durable))
  // The superuser has no login, and the network has no way in.
  await replaceFile(access, `local all ${DATABASE_USER} scram-sha-256\n`)
  return ['-c', `config_file=${config}`, '-c', `hba_file=${access}`]
}

function settings(durable: boolean): string {
  // A receipt is acknowledged when it is on the disk; only throw-away test clusters skip the disk.
  const sync = durable ? 'on' : 'off'
  return `# Written by the portal at every start; changes here don't last.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = ${durable ? 100 : 120}
password_encryption = 'scram-sha-256'
fsync = ${sync}
synchronous_commit = ${sync}
full_page_writes = ${sync}
shared_buffers = 128MB
effective_cache_size = 512MB
maintenance_work_mem = 64MB
max_wal_size = 1GB
min_wal_size = 128MB
checkpoint_timeout = 10min
checkpoint_completion_target = 0.9
random_page_cost = 1.1
jit = off
idle_in_transaction_session_timeout = 60s
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
datestyle = 'iso, ymd'
log_line_prefix = '%m [%p] '
log_checkpoints = off
log_statement = 'none'
# Values of rows and parameters stay out of the log.
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
`
}

async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o644 })
  await rename(`${path}.new`, path)
}
