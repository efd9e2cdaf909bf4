import { beforeEach, describe, expect, it } from 'vitest'
import type { ConsentState } from '../../contracts/consent.ts'
import type { Experiment, ExperimentDraft } from '../../contracts/experiment.ts'
import { openPlacements } from '../decisions/placements.ts'
import type { Assignment, ExperimentRepository, StoredExperiment, StoredProfile } from '../ports.ts'
import { armOf, createAssigner } from './assign.ts'
import { type Experiments, openExperiments } from './experiments.ts'

const DAY = 86_400_000
const HALF: ExperimentDraft = {
  name: 'half',
  placements: ['home'],
  arms: [
    { name: 'store', share: 1, holdout: true },
    { name: 'storemind', share: 1, policy: { maxPerCategory: 2 } },
  ],
}

let now = 0
let bytes = 0
let rows: StoredExperiment[] = []
let assignments: Assignment[] = []
let experiments: Experiments

const randomBytes = (into: Uint8Array): void => {
  for (let i = 0; i < into.length; i++) {
    bytes = (Math.imul(bytes, 1664525) + 1013904223) >>> 0
    into[i] = bytes >>> 24
  }
}
const repository: ExperimentRepository = {
  all: async () => rows,
  async add(experiment: Experiment, salt: string) {
    rows.push({ row: rows.length + 1, salt, experiment })
    return rows.length
  },
  async update(row, experiment) {
    rows = rows.map((stored) => (stored.row === row ? { ...stored, experiment } : stored))
  },
  async remove(row) {
    rows = rows.filter((stored) => stored.row !== row)
  },
  async assignment(experiment, members) {
    const mine = assignments.filter((one) => one.experiment === experiment && members.includes(one.profile))
    return mine.toSorted((a, b) => a.at - b.at)[0]
  },
  assignmentsOf: async () => [],
}
const placements = await openPlacements({ all: async () => [], put: async () => undefined })
const open = () => openExperiments({ repository, placements, clock: () => now, randomBytes })

beforeEach(async () => {
  now = Date.UTC(2026, 4, 25)
  rows = []
  assignments = []
  experiments = await open()
})

describe('an experiment', () => {
  it('runs from its start to its stop, also for who opens the store in between', async () => {
    const { id } = await experiments.create(HALF)
    expect(experiments.running('home', now)).toBeUndefined()
    await experiments.start(id)
    for (const opened of [experiments, await open()]) {
      expect(opened.running('home', now)?.experiment.id).toBe(id)
      expect(opened.running('cart', now)).toBeUndefined()
    }
    expect(await experiments.stop(id)).toMatchObject({ status: 'stopped', stoppedAt: now })
    expect((await open()).running('home', now)).toBeUndefined()
  })

  it('stops by itself when its days are over', async () => {
    const { id } = await experiments.create({ ...HALF, days: 14 })
    await experiments.start(id)
    now += 14 * DAY - 1
    expect(experiments.running('home', now)).toBeDefined()
    now += 1
    expect(experiments.running('home', now)).toBeUndefined()
    expect(experiments.get(id).experiment).toMatchObject({ status: 'stopped', stoppedAt: now })
    await expect(experiments.stop(id)).rejects.toMatchObject({ code: 'EXPERIMENT_STATE' })
    const next = await experiments.create(HALF)
    await experiments.start(next.id)
    expect(experiments.running('home', now)?.experiment.id).toBe(next.id)
  })

  it('is not changed once it has begun, and not begun on a placement that another one has', async () => {
    const first = await experiments.create(HALF)
    const second = await experiments.create({ ...HALF, name: 'second', placements: ['cart', 'home'] })
    await experiments.start(first.id)
    await expect(experiments.start(second.id)).rejects.toMatchObject({ code: 'EXPERIMENT_OVERLAP' })
    await expect(experiments.change(first.id, HALF)).rejects.toMatchObject({ code: 'EXPERIMENT_STATE' })
    await expect(experiments.remove(first.id)).rejects.toMatchObject({ code: 'EXPERIMENT_STATE' })
    await experiments.change(second.id, { ...HALF, name: 'second', placements: ['cart'] })
    await experiments.start(second.id)
    expect(experiments.running('cart', now)?.experiment.name).toBe('second')
    await expect(experiments.remove('nothing')).rejects.toMatchObject({ code: 'EXPERIMENT_NOT_FOUND' })
  })

  it.each<[string, Partial<ExperimentDraft>, string]>([
    ['an unknown placement', { placements: ['nowhere'] }, 'PLACEMENT_NOT_FOUND'],
    ['a placement twice', { placements: ['home', 'home'] }, 'EXPERIMENT_INVALID'],
    ['two arms of one name', { arms: [HALF.arms[0]!, HALF.arms[0]!] }, 'EXPERIMENT_INVALID'],
    ['nothing but holdouts', { arms: [HALF.arms[0]!, { name: 'b', share: 1, holdout: true }] }, 'EXPERIMENT_INVALID'],
    [
      'a holdout with a policy',
      { arms: [{ name: 'a', share: 1, holdout: true, policy: { inStockOnly: false } }, HALF.arms[1]!] },
      'EXPERIMENT_INVALID',
    ],
    [
      'prices that exclude each other',
      { arms: [HALF.arms[0]!, { name: 'b', share: 1, policy: { minPriceMicros: 2, maxPriceMicros: 1 } }] },
      'EXPERIMENT_INVALID',
    ],
  ])('cannot have %s', async (_, change, code) => {
    await expect(experiments.create({ ...HALF, ...change })).rejects.toMatchObject({ code })
    expect(rows).toEqual([])
  })
})

describe('the arm of a visitor', () => {
  it('follows the shares within sampling error (chi-square of 20,000 visitors below its 99.9 % point)', () => {
    const shares = [1, 3, 6]
    const counts = [0, 0, 0]
    for (let unit = 1; unit <= 20_000; unit++)
      counts[
        armOf(
          'salt',
          unit,
          shares.map((share) => ({ share })),
        )
      ]!++
    const chi = counts.reduce((sum, n, arm) => sum + (n - 2000 * shares[arm]!) ** 2 / (2000 * shares[arm]!), 0)
    expect(chi).toBeLessThan(13.82)
  })

  it('is independent of the arm in another experiment', () => {
    const arms = [{ share: 1 }, { share: 1 }]
    let both = 0
    for (let unit = 1; unit <= 10_000; unit++) both += armOf('one', unit, arms) * armOf('two', unit, arms)
    expect(Math.abs(both - 2500)).toBeLessThan(4 * Math.sqrt(10_000 * 0.25 * 0.75))
  })
})

describe('assigning', () => {
  const profiles = new Map<string, StoredProfile & { members: number[]; said?: ConsentState[] }>()
  const shopper = (id: string, members: number[], over: Partial<StoredProfile & { said: ConsentState[] }> = {}) =>
    profiles.set(id, {
      row: members[0]!,
      id,
      createdAt: 0,
      lastSeenAt: 0,
      basis: 'contract',
      bot: false,
      members,
      ...over,
    })
  const byRow = (row: number) => [...profiles.values()].find((one) => one.row === row)
  const assigner = () =>
    createAssigner({
      experiments,
      assignments: repository,
      profiles: {
        find: async (id) => profiles.get(id),
        members: async (row) => byRow(row)?.members ?? [],
        consents: async (row) => byRow(row)?.said ?? [],
      },
    })
  const ask = async (id: string | undefined, optedOut = false) => {
    const assigned = await assigner().assign(placements.get('home'), id, { optedOut, now })
    if (assigned?.assignment !== undefined) assignments.push(assigned.assignment)
    return assigned
  }

  beforeEach(async () => {
    profiles.clear()
    const { id } = await experiments.create(HALF)
    await experiments.start(id)
  })

  it('does nothing where no experiment runs', async () => {
    expect(await assigner().assign(placements.get('cart'), undefined, { optedOut: false, now })).toBeUndefined()
  })

  it('gives each arm what it says', async () => {
    const shown = new Set<boolean>()
    for (let row = 1; row <= 20; row++) {
      shopper(`u${row}`, [row])
      const assigned = await ask(`u${row}`)
      const { experiment, held } = assigned?.sections ?? {}
      shown.add(held === undefined)
      expect(assigned?.placement.policy.maxPerCategory).toBe(experiment?.arm === 1 ? 2 : 0)
      expect(held).toBe(experiment?.arm === 1 ? undefined : true)
    }
    expect(shown.size).toBe(2)
  })

  it('stays through a merge: of two devices in two arms the earlier one decides, whoever is canonical', async () => {
    const salt = rows[0]?.salt ?? ''
    const unitIn = (arm: number, from: number) => {
      for (let unit = from; ; unit++) if (armOf(salt, unit, HALF.arms) === arm) return unit
    }
    const phone = unitIn(0, 10)
    const laptop = unitIn(1, phone + 1)
    shopper('laptop', [laptop])
    shopper('phone', [phone])
    expect((await ask('laptop'))?.sections.experiment?.arm).toBe(1)
    now += 1
    expect((await ask('phone'))?.sections.experiment?.arm).toBe(0)
    shopper('customer', [laptop + 50, phone, laptop])
    expect((await ask('customer'))?.sections.experiment?.arm).toBe(1)
    expect(assignments).toHaveLength(2)
  })

  it.each<[string, string | undefined, Partial<StoredProfile & { said: ConsentState[] }>, boolean, number]>([
    ['without an id', undefined, {}, false, -1],
    ['without consent', 'u', { basis: 'consent' }, false, -2],
    ['who objects on this request', 'u', {}, true, -3],
    [
      'who said no to analytics',
      'u',
      { said: [{ purpose: 'analytics', granted: false, at: 0, source: 'x' }] },
      false,
      -3,
    ],
    ['that is a bot', 'u', { bot: true }, false, -4],
  ])('leaves out a visitor %s: shown as ever, nothing stored', async (_, id, over, optedOut, arm) => {
    shopper('u', [5], over)
    const assigned = await ask(id, optedOut)
    const experiment = rows[0]?.row
    expect(assigned).toEqual({ sections: { experiment: { experiment, arm } }, placement: placements.get('home') })
    expect(assignments).toEqual([])
  })
})
