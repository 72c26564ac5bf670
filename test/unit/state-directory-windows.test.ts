import { expect, test } from 'vitest'
import { openStateDirectory } from '../../lib/state-directory.js'
import { stateBelowRoot, usualStateDirectory } from '../../lib/state-directory-windows.js'

const STATE = 'C:\\Users\\u\\AppData\\Local\\ringfence'

test('the usual place is in the local data of the user', () => {
  expect(usualStateDirectory({ LOCALAPPDATA: 'D:\\data' })).toBe('D:\\data\\ringfence')
  for (const spoiled of ['', 'relative', '\\\\server\\share\\data', '\\rooted']) {
    expect(usualStateDirectory({ LOCALAPPDATA: spoiled })).toMatch(/AppData\\Local\\ringfence$/)
  }
})

test.each(['ringfence', '\\ringfence', 'C:ringfence', '\\\\server\\share\\ringfence', '\\\\?\\C:\\ringfence'])(
  '%s is refused',
  async (path) => {
    await expect(openStateDirectory({ path, system: 'win32' })).rejects.toMatchObject({
      code: 'SANDBOX_SETUP_FAILED',
      stage: 'state.directory',
      path,
      hint: expect.any(String),
    })
  },
)

test('it lies in no root, by components and in any case', () => {
  const below = (path: string) => stateBelowRoot(STATE, [{ path: 'D:\\work' }, { path }])
  for (const path of [STATE, 'c:\\users\\U\\appdata\\local', 'C:\\']) {
    expect(below(path)).toMatchObject({ stage: 'state.directory', path: STATE })
  }
  for (const path of [`${STATE}2`, `${STATE}\\below`, 'C:\\Users\\u\\AppData\\Local\\Temp']) {
    expect(below(path)).toBeUndefined()
  }
})
