/** One row of "Who may import whom". */
export interface RoomRule {
  /** A path from the root of the tree; `src/connectors/*` stands for each folder of its own. */
  readonly room: string
  readonly everything: boolean
  readonly allows: readonly Allowance[]
}

export interface Allowance {
  /** As the table writes it: `contracts`, `core`, `core/ports`, `ml`. */
  readonly room: string
  /** Files and folders of the importing room to which it is limited; empty for all. */
  readonly only: readonly string[]
}

/** One row of "And these stay where they belong". */
export interface WordRule {
  readonly what: string
  readonly rooms: readonly string[]
}

export interface Rules {
  readonly rooms: readonly RoomRule[]
  readonly words: readonly WordRule[]
}

/** Reads the two tables out of ARCHITECTURE.md. @throws Error where a table is missing */
export function readRules(markdown: string): Rules {
  const rooms = tableUnder(markdown, /^\| room \| may import \|$/m).map(([room = '', cell = '']) => ({
    room,
    everything: cell === 'everything',
    allows: cell === 'everything' || cell === '–' ? [] : splitOutsideBrackets(cell).map(readAllowance),
  }))
  const words = tableUnder(markdown, /^\| what \| only in \|$/m).map(([what = '', cell = '']) => ({
    what,
    rooms: cell.split(',').map((room) => room.trim()),
  }))
  return { rooms, words }
}

function tableUnder(markdown: string, head: RegExp): string[][] {
  const at = head.exec(markdown)
  if (!at) throw new Error(`ARCHITECTURE.md has no table ${head}`)
  const lines = markdown.slice(at.index).split('\n').slice(2)
  const end = lines.findIndex((line) => !line.startsWith('|'))
  return lines.slice(0, end < 0 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

function splitOutsideBrackets(cell: string): string[] {
  return cell.split(/,(?![^(]*\))/).map((part) => part.trim())
}

function readAllowance(part: string): Allowance {
  const [, room = part, limit = ''] = /^(\S+)(?: \(in (.*) only\))?$/.exec(part) ?? []
  return { room, only: [...limit.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '') }
}

/** The room in which a file stands; undefined for a file in no room. The most special row wins. */
export function roomOf(file: string, rules: Rules): string | undefined {
  const rooms = rules.rooms.map(({ room }) => room).sort((a, b) => b.length - a.length)
  for (const room of rooms) {
    if (room.endsWith('/*')) {
      const prefix = room.slice(0, -1)
      const folder = file.startsWith(prefix) ? file.slice(prefix.length).split('/') : []
      if (folder.length > 1) return `${prefix}${folder[0]}`
    } else if (file.startsWith(`${room}/`) || file === `${room}.ts` || file === `${room}.test.ts`) return room
  }
  return undefined
}

/** Whether a file of one room may import one of another. Within a room everything may. */
export function mayImport(file: string, from: string, to: string, rules: Rules): boolean {
  if (from === to) return true
  const rule = rules.rooms.find(
    ({ room }) =>
      room === from ||
      (room.endsWith('/*') && from.startsWith(room.slice(0, -1)) && !rules.rooms.some((one) => one.room === from)),
  )
  if (!rule) return false
  if (rule.everything) return true
  return rule.allows.some(({ room, only }) => {
    if (!covers(room, to)) return false
    const inside = file.slice(from.length + 1)
    return (
      only.length === 0 || only.some((place) => (place.endsWith('/') ? inside.startsWith(place) : inside === place))
    )
  })
}

/** `core` covers `src/core/events`, `ml` covers `packages/ml`. */
function covers(name: string, room: string): boolean {
  return [`src/${name}`, `packages/${name}`, name].some((path) => room === path || room.startsWith(`${path}/`))
}

/** Whether a room is one of those to which a word belongs. */
export function belongs(room: string, rule: WordRule): boolean {
  return rule.rooms.some((name) => covers(name, room))
}
