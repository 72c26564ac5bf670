/** policy.schema.json, for editors and other tools. Generated: `npm run build:schema`. */
import * as z from 'zod'
import { policySchemaOf } from './schema.js'

/** The text of the file. What JSON Schema cannot say (the syntax of paths and hosts) is checked when parsing. */
export function policyJsonSchema(): string {
  const { properties, ...rest } = z.toJSONSchema(policySchemaOf('posix'), { target: 'draft-2020-12' })
  const schema = {
    ...rest,
    title: 'ringfence policy',
    description: 'What a command may do, as a TOML or JSON file.',
    properties: { $schema: { type: 'string' }, ...properties },
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}
