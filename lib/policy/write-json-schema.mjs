// Writes policy.schema.json into the directories given, from the compiled schema: `npm run build:schema`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const compiled = new URL('../../dist/policy/json-schema.js', import.meta.url)
const { policyJsonSchema } = await import(compiled.href)

for (const directory of process.argv.slice(2)) writeFileSync(join(directory, 'policy.schema.json'), policyJsonSchema())
