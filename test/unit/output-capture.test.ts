import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OutputCapture } from '../../lib/output-capture.js'

test('keeps everything up to its capacity, and the head and the tail of more', () => {
  fc.assert(
    fc.property(fc.nat(64), fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 12 }), (capacity, chunks) => {
      const capture = new OutputCapture(capacity)
      for (const chunk of chunks) capture.write(chunk)
      const whole = Buffer.concat(chunks)
      const { head, tail } = capture.parts()
      expect(capture.droppedBytes).toBe(Math.max(0, whole.length - capacity))
      if (whole.length <= capacity) {
        expect([head.equals(whole), tail.length]).toEqual([true, 0])
        return
      }
      const headSize = Math.ceil(capacity / 2)
      expect(head.equals(whole.subarray(0, headSize))).toBe(true)
      expect(tail.equals(whole.subarray(whole.length - (capacity - headSize)))).toBe(true)
    }),
  )
})

test('has no capacity by itself', () => {
  const capture = new OutputCapture(Number.POSITIVE_INFINITY)
  for (let i = 0; i < 100; i++) capture.write(Buffer.alloc(10_000, i))
  expect(capture.parts().head.length).toBe(1_000_000)
})

test('many small chunks take no more memory than the capacity', () => {
  const capture = new OutputCapture(1000)
  const chunk = Buffer.from('x')
  const before = process.memoryUsage().arrayBuffers
  for (let i = 0; i < 1_000_000; i++) capture.write(chunk)
  expect(capture.totalBytes).toBe(1_000_000)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000)
})
