#!/usr/bin/env node
// node-gyp with the headers of the running Node, on all processors. Arguments are node-gyp's.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { nodeHeadersPrefix } from './node-headers.mjs'

const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js')
const prefix = nodeHeadersPrefix()
const args = [...process.argv.slice(2), '--jobs=max', ...(prefix ? [`--nodedir=${prefix}`] : [])]
const { status, error } = spawnSync(process.execPath, [nodeGyp, ...args], { stdio: 'inherit' })
if (error) throw error
process.exitCode = status ?? 1
