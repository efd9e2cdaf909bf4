import { spawn } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { type Rng, rng } from '@storemind/ml'

export type Task = 'import' | 'train' | 'promote'

/** What a victim said until it was killed, or until it was done. */
export interface Victim {
  /** `STEP N`, in order. */
  readonly steps: readonly string[]
  /** Events of which it was told that they are durable. */
  readonly stored: number
  /** The version that it was last told serves. */
  readonly serves: number | undefined
  readonly killed: boolean
}

/** Where a victim is killed. */
export interface Kill {
  /** `STEP N` */
  readonly at: string
  /** It holds still there until it is dead; else it goes on, and dies a little later, also in the middle of a write. */
  readonly holds: boolean
}

export interface Place {
  readonly directory: string
  readonly files: string
}

/**
 * Runs a victim and kills it with SIGKILL as soon as it says that it is at the step.
 * @throws Error when it ends by itself otherwise than well
 */
export async function runVictim(task: Task, { directory, files }: Place, kill?: Kill): Promise<Victim> {
  const flags = ['--conditions=storemind-source', '--disable-warning=ExperimentalWarning']
  const script = join(import.meta.dirname, 'victim.ts')
  const hold = kill?.holds ? [kill.at] : []
  const child = spawn(process.execPath, [...flags, script, task, directory, files, ...hold], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  const steps: string[] = []
  let stored = 0
  let serves: number | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    const [, word, rest = ''] = /^(\w+) ?(.*)$/.exec(line) ?? []
    if (word === 'at') steps.push(rest)
    if (word === 'stored') stored += Number(rest)
    if (word === 'serves') serves = Number(rest)
    if (word === 'at' && rest === kill?.at) child.kill('SIGKILL')
  }
  const { code, signal } = await closed
  const killed = signal === 'SIGKILL'
  if (!killed && code !== 0) throw new Error(`the victim ended with ${code ?? signal}: ${complaint}`)
  return { steps, stored, serves, killed }
}

/**
 * Draws where to kill: first a kind of step, then one of its occurrences, so that rare steps are met as often as
 * frequent ones.
 * @param steps of an undisturbed run
 */
function drawKill(steps: readonly string[], random: Rng): Kill {
  const kinds = [...new Set(steps.map(kindOf))]
  const kind = pick(kinds, random)
  return {
    at: pick(
      steps.filter((step) => kindOf(step) === kind),
      random,
    ),
    holds: random.next() < 0.5,
  }
}

/** Draws before a round gives up: a step that is seen only now and then may not come, and the victim gets done. */
const DRAWS = 10

/**
 * Runs a victim on a fresh copy of a store, and kills it at a step that is drawn; again where it got done before.
 * @param from a store that nobody has open
 * @param steps of an undisturbed run
 * @throws Error when it cannot be killed
 */
export async function killVictim(
  task: Task,
  { from, place, steps }: { readonly from: string; readonly place: Place; readonly steps: readonly string[] },
  random: Rng,
): Promise<Victim & { readonly at: string }> {
  for (let draw = 0; draw < DRAWS; draw++) {
    rmSync(place.directory, { recursive: true, force: true })
    copyStore(from, place.directory)
    const kill = drawKill(steps, random)
    const victim = await runVictim(task, place, kill)
    if (victim.killed) return { ...victim, at: kindOf(kill.at) }
  }
  throw new Error(`${DRAWS} victims got done before they could be killed`)
}

/** Seeded rounds, one after another; stops at the first that throws and says which it was. */
export async function eachRound(
  count: number,
  seed: number,
  round: (random: Rng, n: number) => Promise<string>,
): Promise<string[]> {
  const outcomes: string[] = []
  for (let n = 0; n < count; n++) {
    try {
      outcomes.push(await round(rng(seed * 1000 + n), n))
    } catch (error) {
      throw new Error(`round ${n} of seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error })
    }
  }
  return outcomes
}

/** A store's folder copied while nobody has it open. */
export function copyStore(from: string, to: string): string {
  cpSync(from, to, { recursive: true })
  return to
}

/** "12 × after append, 3 × before promote" */
export function summary(outcomes: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([outcome, count]) => `${count} × ${outcome}`)
    .join(', ')
}

function kindOf(step: string): string {
  return step.replace(/ \d+$/, '')
}

function pick<T>(from: readonly T[], random: Rng): T {
  const picked = from[Math.floor(random.next() * from.length)]
  if (picked === undefined) throw new RangeError('nothing to pick from')
  return picked
}
