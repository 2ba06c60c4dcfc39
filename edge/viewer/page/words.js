// Numbers and codes as a person reads them.

export const DASH = "–"

export const GRADES = { S0: "none", S1: "mild", S2: "moderate", S3: "severe" }

export const VIEWS = ["AR", "HR", "AR+HR"]

export const VIEW_NAMES = {
  AR: "oblique subcostal",
  HR: "liver beside kidney",
  "AR+HR": "both together",
}

const VERDICTS = {
  collecting: "… collecting",
  insufficient: "… too few holds to judge",
  repeatable: "✓ repeatable",
  not_repeatable: "✕ not repeatable",
}

export const fixed = (value, digits = 1) => (value == null ? DASH : value.toFixed(digits))

// The wire's own steps. The large number has one digit less: the method is not that exact.
export const pct = (value) => fixed(value, 2)

export const range = (pair) => (pair ? `${fixed(pair[0])}–${fixed(pair[1])} %` : DASH)

export function verdict(estimate) {
  if (estimate.rule === "none") return "" // nobody judges the holds
  const said = VERDICTS[estimate.verdict] ?? estimate.verdict
  const { holds, holds_needed: needed } = estimate
  if (needed && holds < needed) return `${said}: ${holds} of ${needed} holds`
  return holds ? `${said}: ${holds} hold${holds === 1 ? "" : "s"}` : said
}

export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`
}

export function ago(seconds) {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
}

export function ledger(counts) {
  const { sent, read, gated, overwritten, invalid, missing } = counts
  return `${sent} sent = ${read} read + ${gated} gated + ${overwritten} overwritten + ${invalid} invalid + ${missing} missing`
}
