import { isbot } from 'isbot'

/** Agents that were judged lately: a shop's visitors have a few thousand, and the list of patterns is long. */
const REMEMBERED = 5000
const judged = new Map<string, boolean>()

/**
 * Whether a user agent is that of a program: a crawler that names itself, a library, a browser without a person. It
 * marks, it drops nothing; a program that poses as a browser passes here, and is found by what it does. An absent agent
 * is a server's or an archive's message: no sign of a bot.
 */
export function isBotAgent(userAgent: string): boolean {
  if (userAgent === '') return false
  const known = judged.get(userAgent)
  if (known !== undefined) return known
  if (judged.size >= REMEMBERED) judged.clear()
  const bot = isbot(userAgent)
  judged.set(userAgent, bot)
  return bot
}
