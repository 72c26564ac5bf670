import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openResultFile } from '../../../lib/cli/result-file.js'
import { UsageError } from '../../../lib/cli/usage-error.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rf-result-file-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

test('nothing is there before the end, the whole file afterwards', () => {
  const file = join(directory, 'result.json')
  const result = openResultFile(file)
  expect(readdirSync(directory)).toEqual([])
  result.write({ exitCode: 0 })
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ exitCode: 0 })
  expect(readdirSync(directory)).toEqual(['result.json'])
})

test('a file that is there is replaced, not written into', () => {
  const file = join(directory, 'result.json')
  writeFileSync(file, 'former')
  const reader = openSync(file, 'r')
  openResultFile(file).write(1)
  expect(readFileSync(reader, 'utf8')).toBe('former')
  closeSync(reader)
  expect(readFileSync(file, 'utf8')).toBe('1\n')
})

test('a long name works', () => {
  const file = join(directory, 'n'.repeat(255))
  openResultFile(file).write(1)
  expect(readFileSync(file, 'utf8')).toBe('1\n')
})

test('a symbolic link is followed once, at the start', () => {
  const target = join(directory, 'target.json')
  writeFileSync(target, '')
  symlinkSync(target, join(directory, 'link'))
  openResultFile(join(directory, 'link')).write(1)
  expect(readFileSync(target, 'utf8')).toBe('1\n')
})

test('a directory that is replaced by a link meanwhile leads nowhere else', () => {
  const [own, other] = [join(directory, 'own'), join(directory, 'other')]
  mkdirSync(own)
  mkdirSync(other)
  const result = openResultFile(join(own, 'result.json'))
  renameSync(own, join(directory, 'moved'))
  symlinkSync(other, own)
  result.write(1)
  expect(readdirSync(other)).toEqual([])
  expect(readdirSync(join(directory, 'moved'))).toEqual(['result.json'])
})

test('a link that appears at the place of the file is replaced, its target untouched', () => {
  const file = join(directory, 'result.json')
  const target = join(directory, 'target')
  writeFileSync(target, 'untouched')
  const result = openResultFile(file)
  symlinkSync(target, file)
  result.write(1)
  expect(readFileSync(target, 'utf8')).toBe('untouched')
  expect(readFileSync(file, 'utf8')).toBe('1\n')
})

test('a named pipe gets the text', () => {
  const pipe = join(directory, 'pipe')
  execFileSync('mkfifo', [pipe])
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK)
  openResultFile(pipe).write({ exitCode: 1 })
  expect(readFileSync(reader, 'utf8')).toBe('{\n  "exitCode": 1\n}\n')
  closeSync(reader)
  expect(existsSync(pipe)).toBe(true)
})

test.each([
  ['a directory', '.', /^is a directory: --json /],
  ['below a missing directory', 'missing/result.json', /^cannot write the result: --json .* \(ENOENT\)/],
  ['below a file', 'file/result.json', /^cannot write the result: --json .* \(ENOTDIR\)/],
  ['a dangling link in the way', 'dangling/result.json', /^cannot write the result: --json .* \(ENOENT\)/],
])('%s is refused at the start', (_, name, message) => {
  writeFileSync(join(directory, 'file'), '')
  symlinkSync('nowhere', join(directory, 'dangling'))
  expect(() => openResultFile(join(directory, name))).toThrow(UsageError)
  expect(() => openResultFile(join(directory, name))).toThrow(message)
})
