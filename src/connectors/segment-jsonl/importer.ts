import type { Importer, ImportFile, ImportItem } from '../kit/importer.ts'
import { problem, refuse } from '../kit/problem.ts'
import { OPTIONS, readSettings, type Settings } from '../kit/settings.ts'
import { filesAt, inspectFile, readText, type SourceFile } from '../kit/source-file.ts'
import { fingerprintOf } from '../kit/table.ts'
import { LINE_LIMIT, LineScanner, type TextLine } from './line-scanner.ts'
import { messageOf } from './message.ts'

/** Archives of Segment, RudderStack and their like: one message of the Segment specification a line. */
export const segmentJsonl: Importer = {
  info: {
    id: 'segment-jsonl',
    title: 'Segment messages as JSON lines',
    reads: 'A file, or a folder of files ending with .jsonl, .ndjson or .json, with one Segment message a line.',
    example: 'storemind import segment-jsonl events/ --basis contract',
    fields: [
      { name: 'type', required: true, meaning: 'track, identify, page, screen, group or alias.' },
      { name: 'timestamp', required: true, meaning: 'When it happened, ISO 8601.' },
      { name: 'userId', required: false, meaning: 'The known shopper; or anonymousId.' },
      {
        name: 'messageId',
        required: false,
        meaning: 'Makes importing twice change nothing; the line’s content does where it is missing.',
      },
    ],
    options: [OPTIONS.encoding, OPTIONS.timezone],
  },
  async plan(source) {
    const settings = readSettings(source, this.info)
    const paths = await filesAt(source.path, ['.jsonl', '.ndjson', '.json'])
    const files: ImportFile[] = []
    for (const path of paths) files.push(fileOf(await inspectFile(path, settings.encoding), settings))
    return files
  },
}

function fileOf(file: SourceFile, settings: Settings): ImportFile {
  return {
    path: file.path,
    bytes: file.bytes,
    fingerprint: fingerprintOf(file, settings),
    async *read(options): AsyncGenerator<ImportItem> {
      const scanner = new LineScanner()
      for await (const chunk of readText(file, options)) {
        for (const line of scanner.push(chunk)) {
          if (options.signal.aborted) return
          const found = itemOf(file, line, settings)
          if (found) yield found
        }
      }
      const last = options.signal.aborted ? undefined : scanner.end()
      const found = last && itemOf(file, last, settings)
      if (found?.kind === 'problem' && (found.code === 'ROW_JSON_INVALID' || last?.text?.endsWith('\ufffd'))) {
        // A last line that is not JSON and has no end is one that was cut.
        yield problem(found.line, refuse('FILE_TRUNCATED', { path: file.path, line: found.line.line }))
      } else if (found) yield found
    },
  }
}

function itemOf(file: SourceFile, { line, text, size }: TextLine, settings: Settings): ImportItem | undefined {
  const at = { file: file.path, line }
  if (text === undefined)
    return problem(at, refuse('ROW_FIELD_TOO_LONG', { field: 'The line', size, limit: LINE_LIMIT }))
  if (text.trim() === '') return undefined
  const read = messageOf(text.trim(), settings.timezone)
  return 'code' in read ? problem(at, read) : { kind: 'event', line: at, ...read }
}
