import type { SourceLine } from '../../connectors/kit/importer.ts'
import { type ErrorCode, type ErrorDetails, errorBody } from '../../contracts/errors.ts'
import type { ImportCounts, RowProblem } from '../../contracts/import.ts'

/** Problems that stand in the report itself; the others are in the import's list. */
const SHOWN_PROBLEMS = 20

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

  /** Whether every file was there to its end. */
  get complete(): boolean {
    return this.problemsByCode['FILE_TRUNCATED'] === undefined
  }

  problem(line: SourceLine, code: ErrorCode, details: ErrorDetails): RowProblem {
    const problem = { file: line.file, line: line.line, code, message: errorBody(code, details).what }
    this.counts.problems++
    this.problemsByCode[code] = (this.problemsByCode[code] ?? 0) + 1
    if (this.firstProblems.length < SHOWN_PROBLEMS) this.firstProblems.push(problem)
    return problem
  }
}
