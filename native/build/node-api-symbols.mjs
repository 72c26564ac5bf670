// Writes a C++ header with the names of all functions of Node-API, in the version that the package is built for:
//   node native/build/node-api-symbols.mjs build/win32-x64/node_api_symbols.h
import { readFileSync, writeFileSync } from 'node:fs'
import { symbols } from 'node-api-headers'

const [output] = process.argv.slice(2)
const { napi_versions: versions } = JSON.parse(readFileSync('package.json', 'utf8')).binary
const api = symbols[`v${versions[0]}`]
const names = [...api.js_native_api_symbols, ...api.node_api_symbols].sort()
const odd = names.filter((name) => !/^(napi|node_api)_[a-z0-9_]+$/.test(name))
if (names.length < 100 || odd.length > 0) {
  throw new Error(`node-api-headers: ${names.length} functions, and not one: ${odd.join(' ')}`)
}
writeFileSync(
  output,
  `// Made by native/build/node-api-symbols.mjs.
#define RINGFENCE_NODE_API_SYMBOLS(X) \\
${names.map((name) => `  X(${name})`).join(' \\\n')}
`,
)
