/** An npm registry on the loopback of the host, with packages that this checkout has installed. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PATH } from './project.js'

const NODE_MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url))

export interface Registry {
  url: string
  /** So far. */
  requests: number
  close(): Promise<void>
}

/** `directory` is for the tarballs. */
export async function startRegistry(names: readonly string[], directory: string): Promise<Registry> {
  const packages = new Map(names.map((name) => [name, pack(name, directory)]))
  const registry = { url: '', requests: 0, close }
  const server = createServer(({ url = '' }, response) => {
    registry.requests++
    const [, name = '', file] = url.split('/')
    const found = packages.get(name)
    if (found === undefined) response.writeHead(404).end()
    else if (file !== undefined) response.end(found.tarball)
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(packument(found, registry.url)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  registry.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return registry

  async function close(): Promise<void> {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

interface Packed {
  manifest: { name: string; version: string; scripts?: unknown }
  tarball: Buffer
}

function pack(name: string, directory: string): Packed {
  const source = join(NODE_MODULES, name)
  const args = ['pack', '--ignore-scripts', '--offline', '--json', '--pack-destination', directory, source]
  const env = { PATH, ...npmSettings(join(directory, 'cache')) }
  const [packed] = JSON.parse(execFileSync('npm', args, { encoding: 'utf8', cwd: directory, env }))
  return {
    manifest: JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')),
    tarball: readFileSync(join(directory, packed.filename)),
  }
}

function packument({ manifest, tarball }: Packed, url: string): unknown {
  const { name, version } = manifest
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  const dist = { tarball: `${url}/${name}/${name}-${version}.tgz`, integrity }
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }
}

/** As variables; with these, npm asks nobody but the registry, and reads no configuration of the user's. */
export function npmSettings(cache: string): Record<string, string> {
  return {
    npm_config_cache: cache,
    npm_config_userconfig: '/dev/null',
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  }
}
