export type * from './frame/abilities.ts'
export type * from './frame/interactions.ts'
export type * from './frame/model.ts'
export { Scoreboard } from './frame/scoreboard.ts'
