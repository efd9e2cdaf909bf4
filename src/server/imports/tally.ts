import type { SourceLine } from '../../connectors/kit/importer.ts'
import { type ErrorCode, type ErrorDetails, errorBody } from '../../contracts/errors.ts'
import type { ImportCounts, RowProblem } from '../../contracts/import.ts'

/** Problems that stand in the report itself; the others are in the import's list. */
const SHOWN_PROBLEMS = 20

/** Problems after which the rest of a file was not read. */
const CUTS: readonly string[] = ['FILE_TRUNCATED', 'FILE_BROKEN'] satisfies ErrorCode[]

/** Whether the rest of a file was not read for this problem. */
export function cutsShort(code: ErrorCode): boolean {
  return CUTS.includes(code)
}

/** What an import has done so far. */
export class ImportTally {
  readonly counts: ImportCounts = {
    rows: 0,
    products: 0,
    productsUnchanged: 0,
    events: 0,
    eventsKnown: 0,
    problems: 0,
  }
  readonly problemsByCode: Record<string, number> = {}
  readonly firstProblems: RowProblem[] = []

  /** Whether every file was read to its end. */
  get complete(): boolean {
    return CUTS.every((code) => this.problemsByCode[code] === undefined)
  }

  problem(line: SourceLine, code: ErrorCode, details: ErrorDetails): RowProblem {
    const problem = { file: line.file, line: line.line, code, message: errorBody(code, details).what }
    this.counts.problems++
    this.problemsByCode[code] = (this.problemsByCode[code] ?? 0) + 1
    if (this.firstProblems.length < SHOWN_PROBLEMS) this.firstProblems.push(problem)
    return problem
  }
}
