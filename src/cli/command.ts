import type { Command } from 'commander'
import type { Context, GlobalOptions } from './context.ts'

/** Adds one command to the program. */
export type AddCommand = (program: Command, context: Context) => void

/** All options of a command, those that every command takes included. */
export function optionsOf<Options extends object>(command: Command): Options & GlobalOptions {
  // Commander fills this object by the options that the command declares; their types stand beside the declaration.
  return command.optsWithGlobals() as Options & GlobalOptions
}

/** Examples at the end of a command's help, and at the end of its subcommands' help those that show them. */
export function examples(command: Command, lines: readonly string[]): Command {
  return command.addHelpText('afterAll', ({ command: shown }) => {
    const words = `${command.name()} ${shown.name()}`
    const fitting = shown === command ? lines : lines.filter((line) => `${line} `.startsWith(`${words} `))
    return fitting.length === 0 ? '' : `\nExamples:\n${fitting.map((line) => `  $ storemind ${line}`).join('\n')}`
  })
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value]
}
