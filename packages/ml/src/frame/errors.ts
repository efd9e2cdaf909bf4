/** Every fault this package raises: code → what happened. Callers branch on the code; the text is for people. */
export const ML_ERRORS = {
  empty_data: 'There is nothing to learn from: {detail}.',
  bad_weight: 'Weights must be finite and above zero: {detail}.',
  bad_time: 'Times must be finite: {detail}.',
  bad_name: 'A name cannot be stored: {detail}.',
  index_out_of_range: 'An index is out of range: {detail}.',
  length_mismatch: 'Columns that belong together differ in length: {detail}.',
  bad_parameter: 'A parameter is not acceptable: {detail}.',
  bad_model: 'The model cannot be opened: {detail}.',
  too_large: 'The task is larger than allowed: {detail}.',
  thread_failed: 'A computing thread failed: {detail}.',
  cancelled: 'The run was cancelled: {detail}.',
} as const

export type MlErrorCode = keyof typeof ML_ERRORS

/** A fault with a stable code. */
export class MlError extends Error {
  readonly code: MlErrorCode
  readonly detail: string

  constructor(code: MlErrorCode, detail: string) {
    super(ML_ERRORS[code].replace('{detail}', () => detail))
    this.name = 'MlError'
    this.code = code
    this.detail = detail
  }
}
