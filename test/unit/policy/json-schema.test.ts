import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { policyJsonSchema } from '../../../lib/policy/json-schema.js'
import { isPresetName, PRESETS } from '../../../lib/policy/presets.js'
import { PROTECTIONS } from '../../../lib/policy/types.js'

test('the committed JSON Schema is the generated one (npm run build:schema)', () => {
  const committed = readFileSync(new URL('../../../lib/policy/policy.schema.json', import.meta.url), 'utf8')
  expect(committed).toBe(policyJsonSchema())
})

test('the JSON Schema knows every preset and protection, and refuses unknown fields', () => {
  const schema = JSON.parse(policyJsonSchema())
  expect(schema.properties.extends.enum.toSorted()).toEqual(Object.keys(PRESETS).toSorted())
  expect(schema.properties.extends.enum.every(isPresetName)).toBe(true)
  expect(Object.keys(schema.properties.protections.properties)).toEqual([...PROTECTIONS])
  expect(schema.additionalProperties).toBe(false)
  expect(schema.required).toBeUndefined()
})
