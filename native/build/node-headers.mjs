import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The prefix of the running Node when its headers lie beside it (Debian, nvm, official archives).
 * With it node-gyp downloads nothing.
 */
export function nodeHeadersPrefix() {
  const prefix = dirname(dirname(process.execPath))
  return existsSync(join(prefix, 'include/node/node_api.h')) ? prefix : undefined
}
