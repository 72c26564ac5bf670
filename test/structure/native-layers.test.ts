import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sourceFiles } from './source-files.js'

/** The most specific folder comes first. `allows` are the only includes that files of the layer may have. */
const layers: Array<{ folder: string; allows: RegExp[] }> = [
  {
    // Linked without a C library: kernel headers, and those that a compiler brings without one.
    folder: 'native/linux/launcher/',
    allows: [
      /^"core\//,
      /^"linux\/(launcher|uapi)\//,
      /^"linux\/wire\.h"/,
      /^<(linux|asm)\//,
      /^<(stddef\.h|stdint\.h|initializer_list)>/,
    ],
  },
  { folder: 'native/linux/uapi/', allows: [/^</] },
  { folder: 'native/linux/', allows: [/^"(core|posix)\//, /^"linux\/(?!launcher\/)/, /^<(?!napi|node)/] },
  { folder: 'native/posix/', allows: [/^"(core|posix)\//, /^<(?!napi|node|linux\/|asm\/)/] },
  // C++ and nothing else: the standard library's headers have neither a suffix nor a folder.
  { folder: 'native/core/', allows: [/^"core\//, /^<[a-z_]+>$/, /^<std(def|int)\.h>/] },
  // The calls of Windows themselves, one a function; declared without <windows.h>, so that all others can include them.
  { folder: 'native/win/api/windows_', allows: [/^"(core|win)\//, /^<(?!napi|node)/] },
  // Decisions, tested on every system: no <windows.h>.
  { folder: 'native/win/', allows: [/^"(core|win)\//, /^<[a-z_]+>$/, /^<std(def|int)\.h>/] },
  // What a linker does for other compilers.
  { folder: 'native/binding/windows/node_imports.cc', allows: [/^<windows\.h>/, /^"node_api_symbols\.h"/] },
  {
    folder: 'native/binding/windows/',
    allows: [/^"(core|win)\//, /^"binding\/(?!linux\/)/, /^<(napi\.h|[a-z_]+)>$/],
  },
  {
    folder: 'native/binding/linux/',
    allows: [/^"(core|posix)\//, /^"binding\/(?!windows\/)/, /^"linux\/(?!launcher\/)/, /^</],
  },
  // For every system.
  { folder: 'native/binding/', allows: [/^"core\//, /^"binding\/(?!(linux|windows)\/)/, /^<(napi\.h|[a-z_]+)>$/] },
]

/** Includes are kept with their quotes or brackets: `"core/stage.h"`, `<vector>`. */
function violations(file: string, source: string): string[] {
  const layer = layers.find(({ folder }) => file.startsWith(folder))
  if (!layer) return [`${file}: belongs to no layer`]
  return [...source.matchAll(/^[ \t]*#[ \t]*include[ \t]+(["<][^">]+[">])/gm)]
    .map((match) => match[1] as string)
    .filter((include) => !layer.allows.some((allowed) => allowed.test(include)))
    .map((include) => `${file}: ${include}`)
}

const files = sourceFiles('native', ['.cc', '.h'])

/** Every list of native/sources.json: a file in none of them is built by nobody. */
const listed = new Set(Object.values<string[]>(JSON.parse(readFileSync('native/sources.json', 'utf8'))).flat())

describe('layers of native/', () => {
  test('every file includes only what its layer may', () => {
    expect(files.length).toBeGreaterThan(10)
    expect(files.flatMap((file) => violations(file, readFileSync(file, 'utf8')))).toEqual([])
  })

  test.each([
    ['native/core/a.cc', '#include <unistd.h>'],
    ['native/core/a.cc', '#include "posix/unique_fd.h"'],
    ['native/posix/a.cc', '#include <linux/landlock.h>'],
    ['native/linux/a.cc', '#include <napi.h>'],
    ['native/linux/a.cc', '  #  include "linux/launcher/sys.h"'],
    ['native/linux/launcher/a.cc', '#include <string>'],
    ['native/win/a.cc', '#include <windows.h>'],
    ['native/win/api/file_api.h', '#include <windows.h>'],
    ['native/win/api/windows_file.cc', '#include <napi.h>'],
    ['native/binding/windows/a.cc', '#include <windows.h>'],
    ['native/binding/windows/a.cc', '#include "linux/wire.h"'],
    ['native/win/a.cc', '#include "posix/unique_fd.h"'],
    ['native/binding/linux/a.cc', '#include "linux/launcher/sys.h"'],
    ['native/binding/a.cc', '#include "binding/linux/addon_data.h"'],
    ['native/other/a.cc', ''],
  ])('the check refuses %s with %s', (file, source) => {
    expect(violations(file, source)).toHaveLength(1)
  })
})

describe('native/sources.json', () => {
  test.each(['native', 'test/native'])('lists every source file of %s, and no other', (folder) => {
    const files = sourceFiles(folder, ['.cc'])
    expect(files.filter((file) => !listed.has(file))).toEqual([])
    expect([...listed].filter((file) => file.startsWith(`${folder}/`)).sort()).toEqual(files)
  })

  test('what tests build of the product, the product has', () => {
    const { addon, core_tests: tested } = JSON.parse(readFileSync('native/sources.json', 'utf8'))
    expect(tested.filter((file: string) => !addon.includes(file))).toEqual([])
  })
})
