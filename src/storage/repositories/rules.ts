import type { Rule } from '../../contracts/rule.ts'
import type { Clock, RuleRepository, StoredRule } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, type Row, text } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import type { WriteContext } from './writing.ts'

const RULE = 'SELECT row, body, changed_at FROM rules'

/** Versions are appended and marked as removed, never changed: decisions name them by their rows. */
export function putRule({ connection }: WriteContext, { rule, now }: { rule: Rule; now: number }): StoredRule {
  const body = JSON.stringify(rule)
  const current = connection.statement(`${RULE} WHERE name = ? AND removed_at IS NULL`).get(rule.name)
  if (current !== undefined && text(current, 'body') === body) return ruleOf(current)
  connection.statement('UPDATE rules SET removed_at = ? WHERE name = ? AND removed_at IS NULL').run(now, rule.name)
  const { lastInsertRowid } = connection
    .statement('INSERT INTO rules (name, body, changed_at) VALUES (?, ?, ?)')
    .run(rule.name, body, now)
  return { row: Number(lastInsertRowid), rule, changedAt: now }
}

export function removeRule({ connection }: WriteContext, { name, now }: { name: string; now: number }): boolean {
  const statement = connection.statement('UPDATE rules SET removed_at = ? WHERE name = ? AND removed_at IS NULL')
  return Number(statement.run(now, name).changes) > 0
}

export function createRuleRepository(connection: Connection, writer: WriterClient, clock: Clock): RuleRepository {
  return {
    async all() {
      return connection.statement(`${RULE} WHERE removed_at IS NULL ORDER BY name`).all().map(ruleOf)
    },
    put: (rule) => writer.call('putRule', { rule, now: clock() }),
    remove: (name) => writer.call('removeRule', { name, now: clock() }),
    async byRows(rows) {
      const find = connection.statement(`${RULE} WHERE row = ?`)
      return rows.flatMap((row) => {
        const found = find.get(row)
        return found === undefined ? [] : [ruleOf(found)]
      })
    },
  }
}

function ruleOf(row: Row): StoredRule {
  const rule: Rule = JSON.parse(text(row, 'body'))
  return { row: integer(row, 'row'), rule, changedAt: integer(row, 'changed_at') }
}
