import { Command, CommanderError, Option } from 'commander'
import { CodedError } from '../contracts/errors.ts'
import type { AddCommand } from './command.ts'
import { collect } from './command.ts'
import { addBackup, addRestore } from './commands/backup.ts'
import { addCheck } from './commands/check.ts'
import { addConfig } from './commands/config.ts'
import { addDemo } from './commands/demo.ts'
import { addEvaluate } from './commands/evaluate.ts'
import { addExperiments } from './commands/experiments.ts'
import { addExplain } from './commands/explain.ts'
import { addImport } from './commands/import.ts'
import { addInit } from './commands/init.ts'
import { addKeys } from './commands/keys.ts'
import { addModels } from './commands/models.ts'
import { addOutcomes } from './commands/outcomes.ts'
import { addErase, addExport } from './commands/privacy.ts'
import { addRecommend } from './commands/recommend.ts'
import { addReplay } from './commands/replay.ts'
import { addReport } from './commands/report.ts'
import { addRules } from './commands/rules.ts'
import { addServe } from './commands/serve.ts'
import { addShadow } from './commands/shadow.ts'
import { addTrain } from './commands/train.ts'
import { addWebhooks } from './commands/webhooks.ts'
import { type Context, DEFAULT_STORE } from './context.ts'
import { EXIT, exitCodeOf, Outcome } from './exit-codes.ts'
import { wordsOf } from './reported-error.ts'

/** In the order in which a store's team meets them. */
const COMMANDS: readonly AddCommand[] = [
  addDemo,
  addInit,
  addImport,
  addCheck,
  addTrain,
  addEvaluate,
  addRecommend,
  addExplain,
  addReplay,
  addRules,
  addShadow,
  addServe,
  addReport,
  addExperiments,
  addOutcomes,
  addModels,
  addKeys,
  addWebhooks,
  addConfig,
  addExport,
  addErase,
  addBackup,
  addRestore,
]

/** The whole command line. */
export function createProgram(context: Context, version: string): Command {
  const program = new Command('storemind')
    .description('A store’s own marketing intelligence: recommendations that explain themselves.')
    .version(version)
    .addOption(new Option('--store <folder>', `the store [${DEFAULT_STORE}, or STOREMIND_STORE]`))
    .addOption(new Option('--json', 'answer with one JSON document'))
    .addOption(new Option('--language <code>', 'of reasons: en or zh'))
    .addOption(new Option('--set <setting=value>', 'a setting for this command; several times').argParser(collect))
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.terminal.out(text),
      writeErr: (text) => context.terminal.err(text),
      // Errors are told in our own form, below.
      outputError: () => undefined,
    })
    .addHelpText(
      'after',
      `
Examples:
  $ storemind demo --serve
  $ storemind import csv-orders orders.csv --basis contract --store data/shop
  $ storemind train --store data/shop
  $ storemind recommend --store data/shop --profile 17850 --limit 10

Exit codes: 0 done, 1 failed, 2 not understood, 3 not found, 4 refused, 5 interrupted.`,
    )
  for (const add of COMMANDS) add(program, context)
  return program
}

/**
 * Runs one command.
 * @param args without the program's own name
 * @returns the exit code
 */
export async function runCommand(context: Context, version: string, args: readonly string[]): Promise<number> {
  try {
    await createProgram(context, version).parseAsync([...args], { from: 'user' })
    return EXIT.ok
  } catch (error) {
    if (error instanceof Outcome) return error.exitCode
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok
      if (error.code === 'commander.help') {
        if (!args.includes('--json')) return EXIT.usage
        return told(context, args, new CodedError('USAGE', { problem: 'it names no command' }))
      }
      return told(context, args, new CodedError('USAGE', { problem: error.message.replace(/^error: |\.$/g, '') }))
    }
    return told(context, args, error)
  }
}

function told(context: Context, args: readonly string[], thrown: unknown): number {
  const stopped = context.signal.aborted && thrown === context.signal.reason
  const words = wordsOf(stopped ? new CodedError('JOB_CANCELLED', { kind: args[0] ?? 'running' }) : thrown)
  if (words === undefined) throw thrown
  const { status, ...body } = words
  if (args.includes('--json')) context.terminal.out(`${JSON.stringify({ error: body }, null, 2)}\n`)
  else context.terminal.err(`${body.what}\n  Why: ${body.why}\n  What to do: ${body.todo}\n`)
  return exitCodeOf({ code: body.code, status })
}
