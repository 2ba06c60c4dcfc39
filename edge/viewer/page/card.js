// One view: its number, interval, grade, verdict and trace.

import { Scale } from "./scale.js"
import { Trace } from "./trace.js"
import { GRADES, VIEW_NAMES, fixed, pct, range, verdict } from "./words.js"

const TEMPLATE = `
  <div class="numbers">
    <h2><b></b><span></span><em></em></h2>
    <p class="value"><output></output><span class="unit">%</span><span class="grade"></span></p>
    <p class="spread interval"></p>
    <p class="verdict"></p>
    <p class="spread"><span class="count"></span><span class="holds"></span></p>
  </div>
  <div class="trace" role="img"></div>`

// The interval, and the grades beside the median's own that it reaches.
function intervalWords({ interval, grade, possible, tag }) {
  if (!interval) return tag === "review" ? "" : "no calibrated interval"
  const others = possible.filter((each) => each !== grade)
  return `90 % interval ${range(interval)}${others.length ? `, could be ${others.join(", ")}` : ""}`
}

// The spread between holds, which is what the verdict is about; else the present frame.
function holdsWords({ median, frame, summary }) {
  if (median == null) return ""
  if (summary?.hold_iqr_pct != null) return ` · between holds ${pct(summary.hold_iqr_pct)}`
  return frame == null ? "" : ` · frame ${pct(frame)}`
}

export class Card {
  constructor(view, thresholds) {
    this.view = view
    this.element = document.createElement("article")
    this.element.className = "card"
    this.element.dataset.view = view
    this.element.innerHTML = TEMPLATE
    this.part = (selector) => this.element.querySelector(selector)
    this.part("h2 b").textContent = view
    this.part("h2 span").textContent = VIEW_NAMES[view]
    this.part(".trace").setAttribute("aria-label", `${view}: estimates over the exam`)
    this.scale = new Scale(thresholds)
    this.part(".interval").before(this.scale.element)
    this.thresholds = thresholds
    this.texts = new Map()
  }

  // uPlot measures its element, which must be on the page by then.
  mount(onPick) {
    this.trace = new Trace(this.part(".trace"), this.thresholds, onPick)
  }

  // `shown`: what to show (see main.js); null blanks the numbers.
  show(shown) {
    const state = shown ?? {}
    this.element.classList.toggle("blank", !shown)
    this.element.classList.toggle("bright", Boolean(state.live) || state.tag === "final")
    this.element.classList.toggle("live", Boolean(state.live))
    this.element.dataset.grade = state.grade ?? ""
    this.#text("output", fixed(state.median))
    this.#text("h2 em", state.tag ?? "")
    this.#grade(state.grade)
    this.scale.set(state.median, state.interval)
    this.#text(".interval", state.median == null ? "" : intervalWords(state))
    this.#text(".verdict", state.summary && state.median != null ? verdict(state.summary) : state.missing ?? "")
    this.part("h2 em").classList.toggle("now", Boolean(state.live))
    this.part(".verdict").dataset.verdict = state.summary?.verdict ?? ""
    this.#text(".count", state.median == null ? "" : `IQR ${pct(state.iqr)} · ${state.frames} frames`)
    this.#text(".holds", holdsWords(state))
  }

  #grade(grade) {
    if (this.texts.get("grade") === grade) return
    this.texts.set("grade", grade)
    const element = this.part(".grade")
    element.textContent = grade ?? ""
    if (!grade) return
    const small = document.createElement("small")
    small.textContent = GRADES[grade]
    element.append(small)
  }

  #text(selector, text) {
    if (this.texts.get(selector) === text) return
    this.texts.set(selector, text)
    this.part(selector).textContent = text
  }
}
