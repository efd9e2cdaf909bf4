import { type ChildProcess, spawn } from 'node:child_process'
import { lookup } from 'node:dns/promises'
import net from 'node:net'
import process from 'node:process'
import { getSystemErrorName } from 'node:util'
import { CodedError } from '../contracts/errors.ts'
import type { Context } from './context.ts'
import { Outcome } from './exit-codes.ts'

/*
 * A restart without a refused connection. Somebody must hold the socket between two server processes: the kernel then
 * lets connections wait in the socket's queue until the next process accepts them. systemd does that with a socket
 * unit; where there is none, this small parent process does, in systemd's own form: the socket is file descriptor 3,
 * and LISTEN_FDS says so.
 */

const FIRST_FD = 3
/** What a server tells the process that keeps its socket. One that dies before would only die again. */
const LISTENS = 'listens'

/** The socket that this process was given when it started; undefined where it was given none. */
export function inheritedSocket(environment: Context['environment']): number | undefined {
  const count = environment['LISTEN_FDS']
  if (count === undefined || count === '') return undefined
  const pid = environment['LISTEN_PID']
  // Meant for another process, which passed its environment on.
  if (pid !== undefined && pid !== '' && pid !== String(process.pid)) return undefined
  if (count === '1') return FIRST_FD
  throw new CodedError('USAGE', { problem: `LISTEN_FDS is 1, one socket for one server, not "${count}"` })
}

/**
 * Holds the socket and runs the same command without `--keep-socket` behind it, until the signal aborts. SIGUSR2 lets
 * the server finish and starts it anew; so does its death, once it had listened.
 * @throws CodedError ADDRESS_IN_USE, CONFIGURATION_INVALID; Outcome with the exit code of a server that ended by itself
 */
export async function keepSocket(
  context: Context,
  at: { readonly host: string; readonly port: number },
): Promise<void> {
  const fd = await boundSocket(at)
  let child: ChildProcess | undefined
  let asked = false
  const stop = () => {
    asked = true
    child?.kill('SIGTERM')
  }
  context.onRestart?.(stop)
  context.signal.addEventListener('abort', stop)
  for (;;) {
    asked = false
    let listened = false
    child = startServer(fd)
    child.on('message', (message) => {
      listened ||= message === LISTENS
    })
    const { code, signal } = await ended(child)
    if (context.signal.aborted) return
    if (asked) continue
    if (!listened) throw new Outcome(code ?? 1)
    context.terminal.err(`The server died (${signal ?? `exit code ${code}`}); it is started anew.\n`)
  }
}

/** Tells the process that keeps the socket, where there is one, that this one listens on it. */
export function tellKeeper(): void {
  if (process.connected) process.send?.(LISTENS)
}

function startServer(fd: number): ChildProcess {
  const args = process.argv.slice(1).filter((arg) => arg !== '--keep-socket')
  return spawn(process.execPath, [...process.execArgv, ...args], {
    // Through the channel the server notices when this process is killed, and stops too.
    stdio: ['inherit', 'inherit', 'inherit', fd, 'ipc'],
    env: { ...process.env, LISTEN_FDS: '1', LISTEN_PID: '' },
    // A Ctrl-C on the terminal reaches this process alone, which passes it on once.
    detached: true,
  })
}

function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
}

/**
 * A socket that is bound and does not accept: whoever it is passed on to listens on it. Node's own cluster module makes
 * its sockets by the same function, which has no public name.
 */
async function boundSocket({ host, port }: { readonly host: string; readonly port: number }): Promise<number> {
  const { address, family } = await lookup(host).catch((cause: unknown) => {
    throw addressInvalid('this machine has no such address', { cause })
  })
  const make: unknown = Reflect.get(net, '_createServerHandle')
  if (typeof make !== 'function') {
    throw new CodedError('USAGE', {
      problem: `--keep-socket does not work with Node ${process.versions.node}: use a systemd socket unit, see docs/operation.md`,
    })
  }
  const handle: unknown = make(address, port, family, -1)
  if (typeof handle === 'number') {
    const name = getSystemErrorName(handle)
    if (name === 'EADDRINUSE') throw new CodedError('ADDRESS_IN_USE', { address: `${host}:${port}` })
    throw addressInvalid(name === 'EACCES' ? 'this user may not listen there' : `it cannot be bound (${name})`)
  }
  // The reference stays: the socket lives as long as its handle.
  held.push(handle)
  return Number(Reflect.get(Object(handle), 'fd'))
}

const held: unknown[] = []

function addressInvalid(problem: string, options?: ErrorOptions): CodedError {
  const source = 'storemind.json, the environment or the flags'
  return new CodedError('CONFIGURATION_INVALID', { setting: 'server.host', problem, source }, options)
}
