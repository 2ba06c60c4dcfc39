// What a card shows of its view at this moment, live or in review. Pure.

import { SILENCE_MS } from "./store.js"
import { ago } from "./words.js"

const LIVE_MS = 1000

// Grades that the interval reaches; the message may say it itself.
function possible(summary, thresholds) {
  if (summary.grades_possible) return summary.grades_possible
  if (!summary.interval_pct) return []
  const grade = (value) => `S${thresholds.filter((limit) => value > limit).length}`
  const [low, high] = summary.interval_pct.map(grade)
  return ["S0", "S1", "S2", "S3"].filter((each) => each >= low && each <= high)
}

function ofSummary(summary, thresholds) {
  return {
    median: summary.median_pct,
    iqr: summary.iqr_pct,
    frames: summary.frames,
    interval: summary.interval_pct,
    grade: summary.grade,
    possible: possible(summary, thresholds),
    summary,
  }
}

function gradeOf(median, thresholds) {
  return median == null ? null : `S${thresholds.filter((limit) => median > limit).length}`
}

function inReview(view, review, thresholds) {
  const at = view.trace.before(review.time)
  if (at < 0) return { missing: "not scanned yet at this time", tag: "review" }
  const { median, iqr, frame } = view.trace
  return {
    median: median[at],
    iqr: iqr[at],
    frames: at + 1,
    frame: frame[at],
    grade: gradeOf(median[at], thresholds),
    interval: null,
    tag: "review",
  }
}

// null: nothing may be shown as a number.
export function shownOf(store, name, review, now) {
  const scanner = store.scanner
  if (!scanner || !store.isLive(scanner, now)) return null
  const thresholds = store.facts.thresholds_pct
  const view = scanner.views[name]
  if (review) return view ? inReview(view, review, thresholds) : { missing: "not scanned", tag: "review" }
  if (scanner.ended) {
    const summary = scanner.reading.views[name]
    return summary ? { ...ofSummary(summary, thresholds), tag: "final" } : { missing: "not scanned", tag: "final" }
  }
  if (!view?.estimate) return { missing: name === "AR+HR" ? "needs frames of AR and HR" : "not scanned yet" }
  const live = now - view.heard <= LIVE_MS
  return {
    ...ofSummary(view.estimate, thresholds),
    live,
    frame: live ? view.estimate.fat_pct : null,
    tag: live ? "● live" : lastSeen(view, now),
  }
}

function lastSeen(view, now) {
  const seconds = (now - view.heard) / 1000
  return Number.isFinite(seconds) && seconds * 1000 > SILENCE_MS ? `last frame ${ago(seconds)} ago` : ""
}
