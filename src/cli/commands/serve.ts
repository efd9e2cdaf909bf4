import { CodedError } from '../../contracts/errors.ts'
import type { Engine } from '../../server/engine.ts'
import { storeHolder } from '../../server/store-folder.ts'
import { type AddCommand, examples, optionsOf } from '../command.ts'
import { effectiveConfiguration } from '../connect.ts'
import { type Context, type GlobalOptions, storeDirectory } from '../context.ts'
import { inheritedSocket, keepSocket, tellKeeper } from '../keep-socket.ts'

interface ServeOptions {
  readonly port?: string
  readonly host?: string
}

export const addServe: AddCommand = (program, context) => {
  const command = program
    .command('serve')
    .description('answer over HTTP until stopped')
    .option('--port <number>', 'port; 0 takes a free one')
    .option('--host <address>', 'address to listen on')
    .option('--keep-socket', 'a small parent process keeps the socket; SIGUSR2 to it restarts without refusing a call')
  examples(command, [
    'serve',
    'serve --store data/shop --port 8080',
    'serve --host 0.0.0.0',
    'serve --store data/shop --keep-socket',
  ])
  command.action(async () => {
    const options = optionsOf<ServeOptions & { readonly keepSocket?: boolean }>(command)
    if (options.keepSocket) {
      context.outliveReaders?.()
      const { values } = await effectiveConfiguration(context, withAddress(options))
      return keepSocket(context, { host: values['server.host'], port: values['server.port'] })
    }
    await serve(context, options, (engine, url) => {
      if (options.json) context.terminal.out(`${JSON.stringify({ url, store: storeDirectory(context, options) })}\n`)
      else context.terminal.out(welcome(engine, url))
    })
  })
}

/**
 * Serves until the signal aborts, then closes in good order.
 * @throws CodedError STORE_LOCKED where another server has it open, ADDRESS_IN_USE
 */
export async function serve(
  context: Context,
  options: ServeOptions & GlobalOptions,
  onListening: (engine: Engine, url: string) => void | Promise<void>,
): Promise<void> {
  const directory = storeDirectory(context, options)
  const holder = storeHolder(directory)
  if (holder !== undefined) throw new CodedError('STORE_LOCKED', { path: directory, pid: holder.pid })
  const { values } = await effectiveConfiguration(context, withAddress(options))
  const [{ startEngine }, { createLogger }] = await Promise.all([
    import('../../server/engine.ts'),
    import('../../server/logging.ts'),
  ])
  context.outliveReaders?.()
  const logger = createLogger({
    level: values['log.level'],
    destination: { write: (line) => context.terminal.err(line) },
  })
  const { clock, randomBytes } = context
  const engine = await startEngine({ directory, configuration: values, clock, randomBytes, logger })
  try {
    const url = await engine.listen(inheritedSocket(context.environment))
    tellKeeper()
    await onListening(engine, url)
    await aborted(context.signal)
  } finally {
    await engine.close(values['server.drainTimeout'] * 1000)
  }
}

/** `--port` and `--host` are settings like others. */
function withAddress(options: ServeOptions & GlobalOptions): GlobalOptions {
  return {
    ...options,
    set: [
      ...(options.set ?? []),
      ...(options.port === undefined ? [] : [`server.port=${options.port}`]),
      ...(options.host === undefined ? [] : [`server.host=${options.host}`]),
    ],
  }
}

function welcome(engine: Engine, url: string): string {
  return `${[
    `Storemind answers at ${url}`,
    ...(engine.storefrontKey === undefined ? [] : [`  storefront  ${url}/demo/`]),
    `  API         ${url}/docs`,
    'Ctrl-C stops it.',
  ].join('\n')}\n`
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
