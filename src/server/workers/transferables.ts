/**
 * The buffers in a result that can be handed to another thread instead of being copied. Shared ones need no handing
 * over; a buffer that several views look at is listed once.
 */
export function transferablesOf(result: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  const seen = new Set<object>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    if (ArrayBuffer.isView(value)) {
      if (value.buffer instanceof ArrayBuffer) buffers.add(value.buffer)
    } else if (value instanceof ArrayBuffer) buffers.add(value)
    else if (value instanceof Map) for (const inner of value.values()) visit(inner)
    else for (const inner of Object.values(value)) visit(inner)
  }
  visit(result)
  return [...buffers]
}
