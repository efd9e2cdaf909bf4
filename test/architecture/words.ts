import type { Import } from './imports.ts'
import type { SourceText } from './source-text.ts'

/** What must not stand just anywhere: finds it in a source, and says what it found. */
export type WordFinder = (file: string, source: SourceText, imports: readonly Import[]) => string | undefined

const STATEMENTS =
  /\b(?:SELECT\b[\s\S]*\bFROM\b|INSERT (?:OR \w+ )?INTO\b|CREATE (?:\w+ )?(?:TABLE|INDEX)\b|DELETE FROM\b|UPDATE \w+ SET\b|ALTER TABLE\b|DROP TABLE\b|PRAGMA \w)/
const LOWER_STATEMENTS = /^\s*(?:select\s[\s\S]*\sfrom\s|insert into\s|create table\s|delete from\s|update \w+ set\s)/
const DATABASES = /^(?:node:sqlite|kysely|pg)(?:\/|$)/
const NETWORKS = /^(?:node:(?:http|https|http2|net|tls|dgram|dns)|fastify|undici|ws|@fastify\/.*)(?:\/|$)/
const NOW =
  /\bDate\.now\b|\bnew Date(?:\(\s*\)|(?!\s*\()\b)|\bMath\.random\b|\bperformance\.now\b|\bprocess\.hrtime\b|\bcrypto\.(?:getRandomValues|random\w+)\b/
const RANDOM_MODULE =
  /\bimport\s*\{[^}]*\b(?:randomBytes|randomUUID|randomFillSync|randomInt|getRandomValues)\b[^}]*\}\s*from\s*['"]/

/** The left column of the table "And these stay where they belong" → how it is found. */
export const WORDS: Readonly<Record<string, WordFinder>> = {
  SQL: (_, { literals }, imports) =>
    imports.find(({ specifier, typeOnly }) => !typeOnly && DATABASES.test(specifier))?.specifier ??
    literals.find(({ text }) => STATEMENTS.test(text) || LOWER_STATEMENTS.test(text))?.text.slice(0, 60),
  network: (_, { code }, imports) =>
    imports.find(({ specifier, typeOnly }) => !typeOnly && NETWORKS.test(specifier))?.specifier ??
    /(?<![.\w])fetch\(/.exec(code)?.[0],
  'clock and random source': (_, { code }) => NOW.exec(code)?.[0] ?? RANDOM_MODULE.exec(code)?.[0],
  v128: (_, { code }) => /\b(?:v128|[if](?:8|16|32|64)x\d+)\b/.exec(code)?.[0],
  JSX: (file) => (/\.[jt]sx$/.test(file) ? file : undefined),
}

/** Names of folders and files that say nothing of what is inside. */
export const EMPTY_NAMES = /(?:^|\/)(?:common|utils?|helpers?|shared|lib|misc)(?:\.ts|\/|$)/
