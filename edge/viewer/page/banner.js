// What must be known before any number is looked at: one banner, the gravest first. Pure.

import { SILENCE_MS } from "./store.js"
import { ago, clock } from "./words.js"

const STATES = {
  starting: ["warn", "Starting", "the daemon is loading its models"],
  no_source: ["warn", "No scanner", "nothing is heard from the scanner: check its network, or whether it is on"],
  stale: ["warn", "No frames", "the scanner is there but sends no frames: is the image frozen?"],
  degraded: ["bad", "Degraded", "the daemon runs with a fault; estimates may be late or withheld"],
  stopping: ["warn", "Stopping", "the daemon is shutting down"],
}

const banner = (level, title, detail) => ({ level, title, detail })

// What is wrong with the way from the daemon to this page, or null.
function brokenLink(store, scanner, now) {
  if (!store.serverOpen || now - store.serverHeard > SILENCE_MS) {
    return banner("bad", "Viewer lost", "this page has lost its server; trying again. No number is shown.")
  }
  if (store.link.problem) return banner("bad", "Refused", store.link.problem)
  if (!store.link.connected) {
    return banner("bad", "Daemon lost", "no connection to the daemon; trying again. No number is shown.")
  }
  if (!scanner) return banner("warn", "Waiting", "the daemon has not said anything yet")
  const silent = now - scanner.heard
  if (silent > SILENCE_MS) {
    const since = Number.isFinite(silent) ? ` for ${ago(silent / 1000)}` : ""
    return banner("bad", "Stale", `nothing heard from the daemon${since}. No number is shown.`)
  }
  return null
}

export function bannerOf(store, review, now) {
  const scanner = store.scanner
  const broken = brokenLink(store, scanner, now)
  if (broken) return broken
  if (review) {
    const back = clock(review.latest - review.time)
    return banner("review", "Review", `not live: ${back} before the latest frame. ← → move, Esc goes live`)
  }
  const state = scanner.status?.state
  const withFault = scanner.status && !["ok", "off"].includes(scanner.status.journal)
  if (state === "degraded" || withFault) {
    const fault = withFault ? `journal: ${scanner.status.journal}` : STATES.degraded[2]
    return banner("bad", "Degraded", fault)
  }
  if (scanner.ended) return banner("done", "Exam finished", `final reading of exam ${scanner.exam}. P prints it`)
  if (scanner.event === "freeze" && state === "stale") {
    return banner("warn", "Frozen", "the scanner's image is frozen")
  }
  return STATES[state] ? banner(...STATES[state]) : null
}

// The same in two words for the corner of the page and the scanner's tab.
export function stateOf(store, scanner, now) {
  if (!store.isLive(scanner, now)) return { level: "bad", text: "stale" }
  if (scanner.status?.state === "degraded") return { level: "bad", text: "degraded" }
  if (scanner.ended) return { level: "good", text: "exam finished" }
  const state = scanner.status?.state ?? "starting"
  if (state === "ready") return { level: "good", text: "live" }
  return { level: "warn", text: state.replace("_", " ") }
}
