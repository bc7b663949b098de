import { describe, expect, test } from 'vitest'
import { projectCap } from './project-cap.ts'
import { usageByDay, type UsageDay } from './usage-by-day.ts'

describe('usage by day', () => {
  test('a day’s own use is what the counter gained since the day before it was last seen', () => {
    const counters = [
      { day: '2026-11-17', used: 10 },
      { day: '2026-11-19', used: 25 },
    ]
    expect(usageByDay(counters, { today: '2026-11-20', usedThisMonth: 31, count: 4 })).toEqual([
      { day: '2026-11-17', used: 10 },
      { day: '2026-11-18', used: 0 },
      { day: '2026-11-19', used: 15 },
      { day: '2026-11-20', used: 6 },
    ])
  })

  test('a month begins at nothing, whatever the one before ended with', () => {
    const counters = [
      { day: '2026-10-30', used: 400 },
      { day: '2026-10-31', used: 500 },
      { day: '2026-11-01', used: 7 },
    ]
    const days = usageByDay(counters, { today: '2026-11-02', usedThisMonth: 9, count: 3 })
    expect(days.map((day) => day.used)).toEqual([100, 7, 2])
  })

  test('today is counted live: a copy of the counter made earlier today is not added', () => {
    const counters = [
      { day: '2026-11-01', used: 5 },
      { day: '2026-11-02', used: 8 },
    ]
    const days = usageByDay(counters, { today: '2026-11-02', usedThisMonth: 12, count: 2 })
    expect(days.map((day) => day.used)).toEqual([5, 7])
  })

  test('a key without any use has empty days', () => {
    const days = usageByDay([], { today: '2027-03-01', usedThisMonth: 0, count: 2 })
    expect(days).toEqual([
      { day: '2027-02-28', used: 0 },
      { day: '2027-03-01', used: 0 },
    ])
  })
})

describe('the day on which the cap will be reached', () => {
  const now = Date.parse('2026-11-21T12:00:00Z')
  const time = {
    now,
    resetsAt: Date.parse('2026-12-01T00:00:00Z'),
    createdAt: Date.parse('2026-06-01T00:00:00Z'),
  }
  const week = (each: number, today = each): UsageDay[] =>
    Array.from({ length: 7 }, (_, i) => ({
      day: `2026-11-${15 + i}`,
      used: i === 6 ? today : each,
    }))

  test('without a cap there is none', () => {
    expect(projectCap(null, 5_000, week(100), time)).toEqual({ kind: 'no-cap' })
  })

  test('a cap that is used up is reached, also one lowered below what is used, and one of none', () => {
    expect(projectCap(700, 700, week(100), time)).toEqual({ kind: 'reached' })
    expect(projectCap(10, 700, week(100), time)).toEqual({ kind: 'reached' })
    expect(projectCap(0, 0, week(0), time)).toEqual({ kind: 'reached' })
  })

  test('at a hundred a day, 300 more last three days', () => {
    expect(projectCap(1_000, 700, week(100, 50), time)).toEqual({
      kind: 'around',
      day: '2026-11-24',
    })
  })

  test('what lasts until the counter begins anew is not reached this month', () => {
    expect(projectCap(1_650, 700, week(100, 50), time)).toEqual({ kind: 'not-this-month' })
    expect(projectCap(1_640, 700, week(100, 50), time)).toEqual({
      kind: 'around',
      day: '2026-11-30',
    })
    expect(projectCap(1_000, 700, week(0), time)).toEqual({ kind: 'not-this-month' })
  })

  test('a key of yesterday is judged by its own day, not by a week in which it was not there', () => {
    const young = { ...time, createdAt: now - 86_400_000 }
    expect(projectCap(1_000, 200, week(0, 200), young)).toEqual({
      kind: 'around',
      day: '2026-11-25',
    })
  })

  test('one receipt in a key’s first second is no rate of one a second', () => {
    const newborn = { ...time, createdAt: now - 1_000 }
    expect(projectCap(1_000, 1, week(0, 1), newborn)).toEqual({ kind: 'not-this-month' })
  })
})
