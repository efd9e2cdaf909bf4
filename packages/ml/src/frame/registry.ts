import type { Explains, FindsSimilar, ScoresItems } from './abilities.ts'
import { MlError } from './errors.ts'
import type { Model } from './model.ts'

/** An opened model's abilities, each present only where the model has it. */
export interface Abilities {
  readonly scoresItems?: ScoresItems
  readonly findsSimilar?: FindsSimilar
  readonly explains?: Explains
}

/** What the registry needs of an algorithm. */
export interface Opener {
  readonly kind: string
  open(model: Model): object
}

export interface Registry {
  readonly kinds: readonly string[]
  /** @throws MlError `bad_model` on a kind nobody here can open, or on wrong arrays */
  open(model: Model): Abilities
}

/** @throws MlError `bad_parameter` when two algorithms claim one kind */
export function registry(algorithms: readonly Opener[]): Registry {
  const openers = new Map<string, Opener>()
  for (const algorithm of algorithms) {
    if (openers.has(algorithm.kind)) throw new MlError('bad_parameter', `two algorithms are called ${algorithm.kind}`)
    openers.set(algorithm.kind, algorithm)
  }
  return {
    kinds: [...openers.keys()],
    open(model) {
      const opener = openers.get(model.kind)
      if (!opener) throw new MlError('bad_model', `nothing here opens the kind ${model.kind}`)
      return abilitiesOf(opener.open(model))
    },
  }
}

/** Which abilities an opened model has, by the methods it carries. */
export function abilitiesOf(opened: object): Abilities {
  return {
    ...(scoresItems(opened) ? { scoresItems: opened } : {}),
    ...(findsSimilar(opened) ? { findsSimilar: opened } : {}),
    ...(explains(opened) ? { explains: opened } : {}),
  }
}

function scoresItems(opened: object): opened is ScoresItems {
  return 'score' in opened && typeof opened.score === 'function'
}

function findsSimilar(opened: object): opened is FindsSimilar {
  return 'similar' in opened && typeof opened.similar === 'function'
}

function explains(opened: object): opened is Explains {
  return 'explain' in opened && typeof opened.explain === 'function'
}
