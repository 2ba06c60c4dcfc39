// The final reading of the scanner's last exam, for paper.

import { GRADES, VIEWS, fixed, ledger, pct, verdict } from "./words.js"

const scanner = decodeURIComponent(location.pathname.split("/").pop())

const $ = (selector) => document.querySelector(selector)

function list(element, rows) {
  for (const [name, value] of Object.entries(rows)) {
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")]
    dt.textContent = name
    dd.textContent = value
    element.append(dt, dd)
  }
}

function row(view, summary) {
  const interval = summary.interval_pct ? summary.interval_pct.map((each) => fixed(each)).join(" to ") : "none"
  const grade = summary.grade ? `${summary.grade} ${GRADES[summary.grade]}` : "–"
  const cells = [view, fixed(summary.median_pct), interval, grade, pct(summary.iqr_pct), summary.holds, summary.frames, verdict(summary)]
  const made = document.createElement("tr")
  for (const cell of cells) {
    const td = document.createElement("td")
    td.textContent = String(cell)
    made.append(td)
  }
  return made
}

function show(reading) {
  const { model, views } = reading
  list($("#exam"), {
    exam: reading.exam,
    scanner: reading.scanner,
    "end of exam": new Date(reading.publish_s * 1000).toLocaleString("sv-SE"),
    frames: ledger(reading.ledger),
  })
  for (const view of VIEWS) if (views[view]) $("tbody").append(row(view, views[view]))
  list($("#model"), {
    model: `${model.name} ${model.version}, ${model.precision}, on ${model.provider}`,
    "bundle (SHA-256)": model.sha256,
    "measured on": reading.measured_on ?? "not known here",
    rule: [...new Set(Object.values(views).map((each) => each.rule))].join(", "),
  })
  document.title = `Final reading ${reading.exam}`
}

const answer = await fetch(`/reading/${encodeURIComponent(scanner)}`)
if (answer.ok) show(await answer.json())
else {
  $("#problem").hidden = false
  $("#problem").textContent = `No exam of scanner ${scanner} has ended yet.`
  $("table").hidden = true
}
$("button").addEventListener("click", () => window.print())
