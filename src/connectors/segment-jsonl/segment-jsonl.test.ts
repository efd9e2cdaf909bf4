import { describe, expect, it } from 'vitest'
import { readText } from '../../../testkit/importers/read-text.ts'
import { segmentJsonl } from './importer.ts'

const line = (fields: object) =>
  `${JSON.stringify({ type: 'track', event: 'Product Viewed', userId: 'u', properties: { product_id: 'p' }, ...fields })}\n`

describe('segment-jsonl', () => {
  it('does not move history to today: the archive’s own arrival corrects the sender’s clock', async () => {
    const { events } = await readText(segmentJsonl, {
      'a.jsonl':
        line({
          timestamp: '2020-01-01T10:00:00Z',
          sentAt: '2020-01-01T10:05:00Z',
          receivedAt: '2020-01-01T10:00:01Z',
        }) +
        line({ timestamp: '2020-01-01T10:00:00Z', sentAt: '2020-01-01T10:05:00Z' }) +
        line({
          timestamp: '2020-01-01T09:55:01Z',
          originalTimestamp: '2020-01-01T10:00:00Z',
          sentAt: '2020-01-01T10:05:00Z',
        }),
    })
    expect(events.map((event) => event.timestamp)).toEqual([
      '2020-01-01T09:55:01.000Z',
      '2020-01-01T10:00:00.000Z',
      '2020-01-01T09:55:01.000Z',
    ])
    expect(events.map((event) => event.originalTimestamp)).toEqual([
      '2020-01-01T10:00:00.000Z',
      undefined,
      '2020-01-01T10:00:00.000Z',
    ])
    expect(events.every((event) => event.sentAt === undefined)).toBe(true)
  })

  it('names a message by its id, or by its content', async () => {
    const same = line({ timestamp: '2020-01-01T10:00:00Z' })
    const { keys } = await readText(segmentJsonl, {
      'a.jsonl': line({ timestamp: '2020-01-01', messageId: 'm1' }) + same + same,
    })
    expect(keys[0]).toBe('m1')
    expect(keys[1]).toBe(keys[2])
  })

  it('refuses lines that hold no message, and reads the next', async () => {
    const { events, problems } = await readText(segmentJsonl, {
      'a.jsonl': [
        '[]',
        'null',
        '"text"',
        '{"type":"dance","userId":"u","timestamp":"2020-01-01"}',
        '{"type":"track","event":"x","userId":"u"}',
        '{"type":"track","event":"x","userId":"u","timestamp":"soon"}',
        '{"type":"track","event":"x","userId":"u","timestamp":"2020-01-01","properties":{"price":NaN}}',
        `{"type":"track","event":"x","userId":"u","timestamp":"2020-01-01","properties":{"text":"${'x'.repeat(100_000)}"}}`,
        `{"type":"track","event":"${'x'.repeat(2_000_000)}`,
        '{"type":"track","event":"x","userId":"u","timestamp":"2020-01-01","properties":{"\\ud83d":1}}',
        `{"type":"track","event":"x","userId":"u","timestamp":"2020-01-01","properties":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`,
        '',
        '{"type":"track","event":"x","userId":"u","timestamp":"2020-01-01"}',
      ].join('\n'),
    })
    expect(problems).toEqual([
      '1 ROW_JSON_INVALID',
      '2 ROW_JSON_INVALID',
      '3 ROW_JSON_INVALID',
      '4 EVENT_INVALID',
      '5 ROW_FIELD_MISSING',
      '6 ROW_TIME_INVALID',
      '7 ROW_JSON_INVALID',
      '8 ROW_FIELD_TOO_LONG',
      '9 ROW_FIELD_TOO_LONG',
      '10 ROW_TEXT_INVALID',
      '11 ROW_JSON_INVALID',
    ])
    expect(events).toHaveLength(1)
  })

  it('keeps prototype names as data', async () => {
    const { events } = await readText(segmentJsonl, {
      'a.jsonl':
        '{"type":"identify","userId":"__proto__","timestamp":"2020-01-01","traits":{"__proto__":{"admin":true},"constructor":1}}\n',
    })
    expect(events[0]?.userId).toBe('__proto__')
    expect(Object.keys(events[0]?.traits ?? {})).toEqual(['__proto__', 'constructor'])
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
  })

  it('knows a last line that was cut', async () => {
    const { problems } = await readText(segmentJsonl, { 'a.jsonl': `${line({ timestamp: '2020-01-01' })}{"type":"tra` })
    expect(problems).toEqual(['2 FILE_TRUNCATED'])
  })

  it('reads the files of a folder by name', async () => {
    const { events } = await readText(segmentJsonl, {
      'b.ndjson': line({ timestamp: '2020-01-02' }),
      'a.jsonl': line({ timestamp: '2020-01-01' }),
      'notes.txt': 'not read',
    })
    expect(events.map((event) => event.timestamp?.slice(0, 10))).toEqual(['2020-01-01', '2020-01-02'])
  })
})
