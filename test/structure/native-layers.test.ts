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
  // Bytes and texts, tested on every system: no <windows.h>.
  { folder: 'native/win/', allows: [/^"(core|win)\//, /^<[a-z_]+>$/, /^<std(def|int)\.h>/] },
  { folder: 'native/binding/', allows: [/^"(core|posix|binding)\//, /^"linux\/(?!launcher\/)/, /^</] },
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

function sourceLists(): Record<'addon' | 'helper' | 'core_tests' | 'native_tests', string[]> {
  return JSON.parse(readFileSync('native/sources.json', 'utf8'))
}

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
    ['native/win/a.cc', '#include "posix/unique_fd.h"'],
    ['native/binding/a.cc', '#include "linux/launcher/sys.h"'],
    ['native/other/a.cc', ''],
  ])('the check refuses %s with %s', (file, source) => {
    expect(violations(file, source)).toHaveLength(1)
  })
})

describe('native/sources.json', () => {
  test('every source file is built', () => {
    const { addon, helper, core_tests } = sourceLists()
    // No target is built for Windows: of native/win only the tests are.
    const built = (file: string) => (file.startsWith('native/win/') ? core_tests : [...addon, ...helper]).includes(file)
    expect(files.filter((file) => file.endsWith('.cc') && !built(file))).toEqual([])
  })

  test('every C++ test is built', () => {
    expect(sourceLists().native_tests.sort()).toEqual(sourceFiles('test/native', ['.cc']))
  })
})
