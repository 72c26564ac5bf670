// Prints one list of a JSON file, an entry a line, for binding.gyp:
//   node native/build/lists.mjs native/sources.json addon
import { readFileSync } from 'node:fs'

const [file, key] = process.argv.slice(2)
const list = JSON.parse(readFileSync(file, 'utf8'))[key]
if (!Array.isArray(list)) throw new Error(`${file}: no list "${key}"`)
console.log(list.join('\n'))
