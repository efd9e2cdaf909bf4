import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ImporterInfo, ImportReport, ImportRequest, Job, LegalBasis, RowProblem } from '@storemind/client'
import { LEGAL_BASES } from '../../contracts/consent.ts'
import { CodedError } from '../../contracts/errors.ts'
import { ImportReport as ImportReportSchema } from '../../contracts/import.ts'
import { importerInfos } from '../../server/importers.ts'
import { hasStore } from '../../server/store-folder.ts'
import { type AddCommand, collect, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, type Context, commandLine, type GlobalOptions, idNamed, pairs, storeDirectory } from '../context.ts'
import { EXIT, Outcome } from '../exit-codes.ts'
import { resultOf } from '../job-result.ts'
import { table } from '../output/table.ts'
import { counted, duration } from '../output/words.ts'
import { runJob } from '../run-job.ts'
import { initialise } from './init.ts'

interface ImportOptions {
  readonly list?: boolean
  readonly problems?: string
  readonly basis?: string
  readonly map?: readonly string[]
  readonly option?: readonly string[]
  readonly encoding?: string
  readonly dryRun?: boolean
  readonly help?: boolean
}

const SHOWN_PROBLEMS = 5

export const addImport: AddCommand = (program, context) => {
  const command = program
    .command('import')
    .description('read a catalogue or a history into the store; makes the store where there is none')
    .argument('[importer]', 'the format; see --list')
    .argument('[path]', 'a file or a folder')
    .option('--list', 'show the formats')
    .option('--problems <id>', 'every row that an import refused, with the reason')
    .option('--basis <basis>', `on which shoppers may be profiled: ${LEGAL_BASES.join(', ')}`)
    .option('--map <ours=yours>', 'name a column of yours; several times', collect)
    .option('--option <name=value>', 'an option of the importer; several times', collect)
    .option('--encoding <name>', 'the same as --option encoding=NAME')
    .option('--dry-run', 'read and judge, and write nothing')
    .helpOption(false)
    .option('-h, --help', 'show this, or with an importer what it reads')
  examples(command, [
    'import --list',
    'import csv-orders --help',
    'import google-merchant products.tsv --basis contract',
    'import csv-orders orders.csv --basis contract --map order_id=no --map product_id=sku --dry-run',
    'import online-retail ~/data/online-retail --store data/retail',
  ])
  command.action(async (importer: string | undefined, path: string | undefined) => {
    const options = optionsOf<ImportOptions>(command)
    if (options.help) {
      if (importer === undefined) command.outputHelp()
      else context.terminal.out(`${importerHelp(infoOf(importer))}\n`)
    } else if (options.list) {
      const importers = importerInfos()
      answer(context, options, { importers }, () => importerTable(importers))
    } else if (options.problems !== undefined) {
      await showProblems(context, options, idNamed(options.problems, '--problems'))
    } else if (importer === undefined || path === undefined) {
      throw new CodedError('USAGE', { problem: 'import takes an IMPORTER and a PATH, or --list, or --problems ID' })
    } else {
      infoOf(importer)
      await importFiles(context, options, requestOf(context, options, importer, path))
    }
  })
}

function requestOf(context: Context, options: ImportOptions, importer: string, path: string): ImportRequest {
  const basis = options.basis === undefined ? undefined : basisNamed(options.basis)
  const given = {
    ...pairs(options.option ?? [], '--option'),
    ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
  }
  return {
    importer,
    path: resolve(context.workingDirectory, path),
    map: pairs(options.map ?? [], '--map'),
    options: given,
    dryRun: options.dryRun ?? false,
    ...(basis === undefined ? {} : { basis }),
  }
}

/** All problems of an import, page after page. */
async function showProblems(context: Context, options: GlobalOptions, id: string): Promise<void> {
  const problems = await withClient(context, options, async ({ client }) => {
    const all: RowProblem[] = []
    let after: string | undefined
    do {
      const page = await client.listImportProblems({ id, limit: 1000, ...(after === undefined ? {} : { after }) })
      all.push(...page.problems)
      after = page.next ?? undefined
    } while (after !== undefined)
    return all
  })
  answer(context, options, { problems }, () =>
    problems.map(({ file, line, code, message }) => `${file}:${line}  ${code}  ${message}`).join('\n'),
  )
}

/** Imports and prints the report. */
async function importFiles(context: Context, options: GlobalOptions, request: ImportRequest): Promise<void> {
  refuseEarly(request)
  const run = (store: GlobalOptions) =>
    withClient(context, store, ({ client }) =>
      importWith(context, store, (job) => client.startImport(job), client, request),
    )
  const isNew = !hasStore(storeDirectory(context, options))
  if (isNew && !request.dryRun) await initialise(context, options)
  const report = await (isNew && request.dryRun ? inPassingStore(context, options, run) : run(options))
  answer(context, options, report, () => reportWords(report, (words) => commandLine(context, options, words)))
  if (!report.complete || tookNothing(report)) throw new Outcome(EXIT.failed)
}

/** A dry run into a store that does not exist yet leaves none behind. */
async function inPassingStore<T>(
  context: Context,
  options: GlobalOptions,
  work: (options: GlobalOptions) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'storemind-dry-run-'))
  try {
    const passing = { ...options, store: join(folder, 'store') }
    await initialise(context, passing)
    return await work(passing)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What would be refused anyway is refused before a store is made for it. */
function refuseEarly(request: ImportRequest): void {
  if (!existsSync(request.path)) {
    throw new CodedError('FILE_NOT_FOUND', { path: request.path, problem: 'it does not exist' })
  }
  if (request.basis === undefined && infoOf(request.importer).defaultBasis === undefined) {
    throw new CodedError('BASIS_REQUIRED')
  }
}

export async function importWith(
  context: Context,
  options: GlobalOptions,
  start: (request: ImportRequest) => Promise<Job>,
  client: Parameters<typeof runJob>[2],
  request: ImportRequest,
): Promise<ImportReport> {
  const job = await runJob(context, options, client, () => start(request))
  return resultOf(job, ImportReportSchema)
}

function infoOf(importer: string): ImporterInfo {
  const importers = importerInfos()
  const info = importers.find(({ id }) => id === importer)
  if (info !== undefined) return info
  throw new CodedError('IMPORTER_UNKNOWN', { importer, known: importers.map(({ id }) => id).join(', ') })
}

function basisNamed(name: string): LegalBasis {
  const basis = LEGAL_BASES.find((known) => known === name)
  if (basis !== undefined) return basis
  throw new CodedError('USAGE', { problem: `--basis is one of ${LEGAL_BASES.join(', ')}, not "${name}"` })
}

/** Whether every row that was read was refused. */
function tookNothing({ counts }: ImportReport): boolean {
  const { products, productsUnchanged, events, eventsKnown, problems } = counts
  return problems > 0 && products + productsUnchanged + events + eventsKnown === 0
}

/** @param commandLine makes a whole command of its words */
export function reportWords(report: ImportReport, commandLine: (words: string) => string): string {
  const { counts } = report
  const lines = [
    `${report.dryRun ? 'Would import' : 'Imported'} ${counted(counts.products, 'product')} and ${counted(counts.events, 'event')} in ${duration(report.seconds)}.`,
  ]
  const known = [
    ...(counts.productsUnchanged > 0 ? [counted(counts.productsUnchanged, 'unchanged product')] : []),
    ...(counts.eventsKnown > 0 ? [counted(counts.eventsKnown, 'known event')] : []),
  ]
  if (known.length > 0) lines.push(`Already there: ${known.join(', ')}.`)
  if (counts.products + counts.events + counts.problems === 0) {
    lines.push('Nothing was new: there were no rows, or an earlier import had read the files of events to their end.')
  }
  if (!report.complete) {
    lines.push(
      'The import is not complete: a file could not be read to its end. Mend or export it, then import it again.',
    )
  }
  if (counts.problems > 0) {
    lines.push(
      tookNothing(report)
        ? `No row could be taken, ${counted(counts.problems, 'problem')}:`
        : `${counted(counts.problems, 'problem')}; ${report.complete ? 'all other rows went on' : 'what else was there went on'}:`,
    )
    const byCode = Object.entries(report.problemsByCode).sort((a, b) => b[1] - a[1])
    lines.push(
      table(
        [{ title: '' }, { title: 'problems', align: 'right' }],
        byCode.map(([code, n]) => [`  ${code}`, String(n)]),
      )
        .split('\n')
        .slice(1)
        .join('\n'),
    )
    for (const { file, line, message } of report.problems.slice(0, SHOWN_PROBLEMS)) {
      lines.push(`  ${file}:${line}  ${message}`)
    }
    if (!report.dryRun) lines.push(`All of them: ${commandLine(`import --problems ${report.id}`)}`)
  }
  return lines.join('\n')
}

function importerTable(importers: readonly ImporterInfo[]): string {
  return table(
    [{ title: 'importer' }, { title: 'reads' }],
    importers.map(({ id, reads }) => [id, reads]),
  )
}

function importerHelp(info: ImporterInfo): string {
  const lines = [`${info.id}: ${info.title}`, '', info.reads]
  if (info.fields.length > 0) {
    const rows = info.fields.map(({ name, required, meaning }) => [`  ${name}`, required ? 'needed' : '', meaning])
    lines.push('', 'Fields (--map FIELD=COLUMN names a column of yours):')
    lines.push(
      table([{ title: '' }, { title: '' }, { title: '' }], rows)
        .split('\n')
        .slice(1)
        .join('\n'),
    )
  }
  if (info.options.length > 0) {
    const rows = info.options.map((option) => [
      `  ${option.name}`,
      option.default === undefined ? '' : `[${option.default}]`,
      option.meaning,
    ])
    lines.push('', 'Options (--option NAME=VALUE):')
    lines.push(
      table([{ title: '' }, { title: '' }, { title: '' }], rows)
        .split('\n')
        .slice(1)
        .join('\n'),
    )
  }
  lines.push('', `Basis: ${info.defaultBasis ?? 'to be stated with --basis'}`, '', `Example:\n  $ ${info.example}`)
  return lines.join('\n')
}
