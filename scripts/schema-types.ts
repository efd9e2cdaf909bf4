/** JSON Schema, as the contracts use it → TypeScript types as text. */
export interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly JsonSchema[]
  readonly items?: JsonSchema | readonly JsonSchema[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>
}

/** Name by content: a schema that occurs again under a description of its own is still the same noun. */
export type Nouns = ReadonlyMap<string, string>

export function contentOf(schema: JsonSchema): string {
  const { description: _, default: __, ...content } = schema
  return JSON.stringify(content)
}

/**
 * @param nouns  types that stand under a name of their own
 * @param inside the noun being declared, which must not refer to itself
 */
export function typeText(schema: JsonSchema, nouns: Nouns, indent = '', inside = ''): string {
  const noun = nouns.get(contentOf(schema))
  if (noun !== undefined && noun !== inside) return noun
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum) return schema.enum.map(literal).join(' | ')
  if (schema.anyOf) return schema.anyOf.map((part) => typeText(part, nouns, indent)).join(' | ')
  switch (schema.type) {
    case 'string':
      return 'string'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'null':
      return 'null'
    case 'array':
      return arrayText(schema.items, nouns, indent)
    case 'object':
      return objectText(schema, nouns, indent)
    default:
      return 'unknown'
  }
}

function arrayText(items: JsonSchema['items'], nouns: Nouns, indent: string): string {
  if (items === undefined) return 'readonly unknown[]'
  if (isTuple(items)) return `readonly [${items.map((item) => typeText(item, nouns, indent)).join(', ')}]`
  const item = typeText(items, nouns, indent)
  return `readonly ${/[|{ ]/.test(item) && !item.startsWith('{') ? `(${item})` : item}[]`
}

function isTuple(items: JsonSchema | readonly JsonSchema[]): items is readonly JsonSchema[] {
  return Array.isArray(items)
}

function objectText(schema: JsonSchema, nouns: Nouns, indent: string): string {
  const properties = Object.entries(schema.properties ?? {})
  const [values] = Object.values(schema.patternProperties ?? {})
  if (properties.length === 0) return values ? `Readonly<Record<string, ${typeText(values, nouns, indent)}>>` : '{}'
  const deeper = `${indent}  `
  const lines = properties.map(([name, property]) => {
    const optional = schema.required?.includes(name) ? '' : '?'
    const key = /^[a-z_]\w*$/i.test(name) ? name : `'${name}'`
    const doc = property.description === undefined ? '' : `${deeper}/** ${property.description} */\n`
    return `${doc}${deeper}readonly ${key}${optional}: ${typeText(property, nouns, deeper)}`
  })
  return `{\n${lines.join('\n')}\n${indent}}`
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : JSON.stringify(value)
}
