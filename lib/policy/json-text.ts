/**
 * Where JSON text goes wrong. JSON.parse says it only in a sentence that differs between versions of V8, and it
 * takes the last of two equal keys without a word: of two rules for a path, one would be lost.
 */

export interface JsonFault {
  problem: string
  /** In UTF-16 units. */
  offset: number
}

/** `undefined` for text that is JSON without duplicate keys. */
export function findJsonFault(text: string): JsonFault | undefined {
  const scanner = new JsonScanner(text)
  try {
    scanner.document()
    return undefined
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}

class Fault extends Error implements JsonFault {
  constructor(
    readonly problem: string,
    readonly offset: number,
  ) {
    super(problem)
  }
}

/** Deeper is no policy, and recursion has an end. */
const MAX_DEPTH = 100
const SPACE = /[ \t\r\n]*/y
const STRING = /"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

class JsonScanner {
  #at = 0

  constructor(readonly text: string) {}

  document(): void {
    this.#value(0)
    this.#skip()
    if (this.#at < this.text.length) throw new Fault('unexpected text after the end', this.#at)
  }

  #value(depth: number): void {
    this.#skip()
    if (depth > MAX_DEPTH) throw new Fault('too deeply nested', this.#at)
    const start = this.text[this.#at]
    if (start === '{') this.#object(depth)
    else if (start === '[') this.#list('[', ']', () => this.#value(depth + 1))
    else if (start === '"') this.#string('a string')
    else if (this.#match(SCALAR) === undefined) throw this.#expected('a value')
  }

  #object(depth: number): void {
    const keys = new Set<string>()
    this.#list('{', '}', () => {
      this.#skip()
      const offset = this.#at
      const key = JSON.parse(this.#string('a name in double quotes')) as string
      if (keys.has(key)) throw new Fault(`${JSON.stringify(key)} is there twice`, offset)
      keys.add(key)
      this.#skip()
      if (this.text[this.#at] !== ':') throw this.#expected('":"')
      this.#at++
      this.#value(depth + 1)
    })
  }

  #list(open: string, close: string, element: () => void): void {
    this.#at += open.length
    this.#skip()
    if (this.text[this.#at] === close) {
      this.#at++
      return
    }
    for (;;) {
      element()
      this.#skip()
      const next = this.text[this.#at]
      if (next !== ',' && next !== close) throw this.#expected(`"," or "${close}"`)
      this.#at++
      if (next === close) return
    }
  }

  #string(what: string): string {
    const token = this.#match(STRING)
    if (token === undefined) throw this.#expected(what)
    const control = [...token].findIndex((character) => character < ' ')
    if (control !== -1) throw new Fault('a control character in a string', this.#at - token.length + control)
    return token
  }

  #skip(): void {
    this.#match(SPACE)
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const token = pattern.exec(this.text)?.[0]
    if (token !== undefined) this.#at += token.length
    return token
  }

  #expected(what: string): Fault {
    const found = this.text[this.#at]
    return new Fault(`expected ${what}, found ${found === undefined ? 'the end' : JSON.stringify(found)}`, this.#at)
  }
}
