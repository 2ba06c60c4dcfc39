// Joins the socket, the store and what is drawn.

import { bannerOf, stateOf } from "./banner.js"
import { Card } from "./card.js"
import { guideOf } from "./guide.js"
import { listen } from "./keys.js"
import { Live } from "./live.js"
import { Picture } from "./picture.js"
import { Review } from "./review.js"
import { shownOf } from "./shown.js"
import { Store } from "./store.js"
import { VIEWS, clock, fixed, ledger } from "./words.js"

const FRESH_MS = 1000 // a frame that came longer ago is not of this moment
const DRAW_MS = 125 // quick enough to follow, slow enough to read
const TRACE_EVERY = 2 // a trace costs more to draw than a number, and moves less

const $ = (id) => document.getElementById(id)
const store = new Store()
const picture = new Picture()
const review = new Review()
let cards = []
let whole = false
let turn = 0

const live = new Live({
  open: () => {
    store.open(performance.now())
    if (store.selected) select(store.selected)
  },
  close: () => store.close(),
  message: (message) => {
    const before = store.selected
    store.take(message, performance.now())
    if (message.kind === "hello" || before !== store.selected) {
      if (!cards.length) makeCards()
      select(store.selected)
    }
  },
  picture: async (header, blob) => {
    const now = performance.now()
    await picture.take(header, blob, store.scanner?.newestPublish ?? 0, now, !review.on)
    live.say({ drawn: true })
  },
})

function makeCards() {
  cards = VIEWS.map((view) => new Card(view, store.facts.thresholds_pct))
  $("views").replaceChildren(...cards.map((card) => card.element))
  for (const card of cards) card.mount((seconds) => review.goTo(store.scanner, seconds))
}

function select(name) {
  if (name === null) return
  if (name !== store.selected) {
    store.selected = name
    picture.forget()
    review.end()
  }
  live.say({ select: name })
}

const actions = {
  freeze: () => review.toggle(store.scanner),
  move: (seconds) => review.move(store.scanner, seconds),
  start: () => review.toStart(store.scanner),
  live: () => review.end(),
  whole: () => (whole = !whole),
  outlines: () => $("overlay").toggleAttribute("hidden"),
  help: () => $("help").showModal(),
  print: () => store.selected && window.open(`/print/${encodeURIComponent(store.selected)}`, "_blank", "noopener"),
  choose: (index) => select([...store.scanners.keys()][index] ?? store.selected),
}

listen(actions)
for (const button of document.querySelectorAll("#buttons button")) {
  button.addEventListener("click", () => actions[button.dataset.action]())
}

function text(element, value) {
  if (element.textContent !== value) element.textContent = value
}

function drawBanner(now) {
  const found = bannerOf(store, review.at(store.scanner), now)
  const banner = $("banner")
  banner.hidden = !found
  if (!found) return
  banner.dataset.level = found.level
  text(banner.querySelector("strong"), found.title)
  text(banner.querySelector("span"), found.detail)
}

function drawScanners(now) {
  const names = [...store.scanners.keys()]
  const nav = $("scanners")
  if (nav.children.length !== names.length) {
    nav.replaceChildren(...names.map(() => document.createElement("button")))
    for (const [index, button] of [...nav.children].entries()) {
      button.append(document.createElement("span"), document.createElement("small"))
      button.addEventListener("click", () => select([...store.scanners.keys()][index]))
    }
  }
  names.forEach((name, index) => {
    const button = nav.children[index]
    const scanner = store.scanners.get(name)
    const state = stateOf(store, scanner, now)
    button.setAttribute("aria-pressed", String(name === store.selected))
    button.dataset.level = state.level
    text(button.children[0], name)
    text(button.children[1], state.text === "live" ? glimpse(scanner) : state.text)
  })
}

// The most telling number of a scanner that is not looked at.
function glimpse(scanner) {
  const view = ["AR+HR", scanner.newest].find((name) => scanner.views[name]?.estimate?.median_pct != null)
  if (!view) return "live"
  const { median_pct: median, grade } = scanner.views[view].estimate
  return `${view} ${fixed(median)} % ${grade ?? ""}`
}

function drawState(now) {
  const scanner = store.scanner
  const state = scanner ? stateOf(store, scanner, now) : { level: "warn", text: "waiting" }
  text($("state"), state.text)
  $("state").dataset.level = state.level
  text($("exam"), scanner?.exam ? `exam ${scanner.exam}` : "")
}

function drawHint(now) {
  const scanner = store.scanner
  const view = scanner?.views[scanner.newest]
  const scanning = view && store.isLive(scanner, now) && !review.on && !scanner.ended && now - view.heard < FRESH_MS
  const hint = scanning ? view.hint : null
  // What is amiss comes first; a guide beside it would only distract.
  const said = hint?.text ?? (scanning && $("banner").hidden ? guideOf(scanner) : null)
  const box = $("hint")
  box.hidden = !said
  if (!said) return
  box.dataset.level = hint ? "warn" : "guide"
  text(box.querySelector("strong"), hint ? `${scanner.newest} is not read:` : "Next:")
  text(box.querySelector("span"), said)
}

function drawFacts(now) {
  const scanner = store.scanner
  const view = scanner?.views[scanner.newest]
  const isLive = scanner && store.isLive(scanner, now)
  const isFresh = isLive && view && now - view.heard < FRESH_MS
  const newest = view?.estimate
  const rows = {
    "frames/s": isFresh ? `${fixed(view.fps(now))} read, ${fixed(scanner.status?.fps)} received` : "–",
    age: isFresh ? `${fixed(newest.age_ms)} ms from receipt to estimate` : "–",
    frames: isLive && (newest ?? scanner.status) ? ledger((newest ?? scanner.status).ledger) : "–",
  }
  if (newest?.flags.length && isLive) rows.note = newest.flags.map((flag) => flag.replaceAll("_", " ")).join(", ")
  const facts = $("facts")
  const names = Object.keys(rows)
  if (facts.children.length !== 2 * names.length) {
    facts.replaceChildren(...names.flatMap(() => [document.createElement("dt"), document.createElement("dd")]))
  }
  names.forEach((name, index) => {
    text(facts.children[2 * index], name)
    text(facts.children[2 * index + 1], rows[name])
  })
}

function drawCaption() {
  const header = picture.shown
  if (!header) return text($("caption"), "")
  const spacing = header.spacing_mm ? `${header.spacing_mm.map((each) => each.toFixed(2)).join(" x ")} mm a pixel` : "scale not known"
  const box = header.window ? " · box: what the network sees" : ""
  text($("caption"), `${header.view ?? "view not said"} · ${header.width} x ${header.height} · ${spacing}${box}`)
}

function drawModel() {
  const model = store.scanner?.views[store.scanner.newest]?.estimate?.model ?? store.scanner?.status?.model
  const here = store.facts.model
  if (!model && !here) return
  // What a bundle was measured on is known of the one that this viewer was started with.
  const measured = !model || model.sha256 === here.sha256 ? here.measured_on : "not known here: start the viewer with --bundle"
  const name = model ? `${model.name} ${model.version} (${model.precision}) on ${model.provider}` : `${here.name} ${here.version}`
  text($("model"), `model ${name} · measured on: ${measured}`)
  $("model").title = $("model").textContent
}

function drawCards(now) {
  const at = review.at(store.scanner)
  turn += 1
  for (const card of cards) {
    card.show(shownOf(store, card.view, at, now))
    if (turn % TRACE_EVERY && !at) continue
    const view = store.scanner?.views[card.view]
    if (view && view.trace.length) card.trace.draw(view.trace, store.scanner.start, whole, at && at.time)
    else card.trace.clear()
  }
}

function draw() {
  const now = performance.now()
  drawBanner(now)
  drawScanners(now)
  drawState(now)
  drawHint(now)
  drawFacts(now)
  drawCaption()
  drawModel()
  drawCards(now)
  picture.age(now, store.facts.cameras.includes(store.selected), review.on)
  if (review.on) picture.drawPast(review.place)
  document.title = store.selected ? `${store.selected} · steatoscope` : "steatoscope"
}

setInterval(draw, DRAW_MS)
draw()

// For tests and the curious: what the page holds, never what it may show.
window.steatoscope = { store, picture, clock }
