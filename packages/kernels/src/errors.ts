/** Every fault this package raises: code → what happened. Callers branch on the code; the text is for people. */
export const KERNEL_ERRORS = {
  too_little_memory: 'There is too little memory: {detail}.',
  bad_argument: 'An argument is not acceptable: {detail}.',
  not_positive_definite: 'The matrix is not positive definite: {detail}.',
  kernel_fault: 'A kernel stopped: {detail}.',
  worker_died: 'A worker thread ended while it was at work: {detail}.',
  cancelled: 'The work was cancelled: {detail}.',
  closed: 'The kernels are closed: {detail}.',
} as const

export type KernelErrorCode = keyof typeof KERNEL_ERRORS

/** A fault with a stable code. */
export class KernelError extends Error {
  readonly code: KernelErrorCode
  readonly detail: string

  constructor(code: KernelErrorCode, detail: string) {
    super(KERNEL_ERRORS[code].replace('{detail}', () => detail))
    this.name = 'KernelError'
    this.code = code
    this.detail = detail
  }
}
