// What the page knows: messages in, state out. No DOM, no socket, no clock: times are arguments, ms.

import { TraceData } from "./trace_data.js"

export const SILENCE_MS = 1800 // the protocol allows 2 s until a number must be gone
export const PICTURE_OLD_MS = 1000
const HINT_MS = 300 // shorter troubles are not worth a word

class View {
  constructor() {
    this.estimate = null
    this.heard = -Infinity // when a frame of this view last came
    this.readAt = -Infinity // when one was last read
    this.hint = null
    this.trace = new TraceData()
    this.arrivals = []
  }

  fps(now) {
    while (this.arrivals.length && now - this.arrivals[0] > 2000) this.arrivals.shift()
    const span = now - this.arrivals[0]
    return this.arrivals.length > 1 && span > 0 ? ((this.arrivals.length - 1) * 1000) / span : 0
  }
}

class Scanner {
  constructor() {
    this.views = {}
    this.exam = ""
    this.start = null // of the exam, s since the Unix epoch
    this.status = null
    this.reading = null
    this.ended = false
    this.heard = -Infinity
    this.newest = null // the view whose estimate came last
    this.event = null // freeze or unfreeze
    this.newestPublish = 0
  }

  begin(exam) {
    this.exam = exam
    this.views = {}
    this.start = null
    this.ended = false
  }
}

export class Store {
  constructor() {
    this.scanners = new Map()
    this.selected = null
    this.facts = { notice: "", model: null, cameras: [], thresholds_pct: [], grades: [] }
    this.link = { connected: false, problem: null }
    this.serverHeard = -Infinity
    this.serverOpen = false
  }

  get scanner() {
    return this.scanners.get(this.selected) ?? null
  }

  room(name) {
    if (!this.scanners.has(name)) this.scanners.set(name, new Scanner())
    if (this.selected === null) this.selected = name
    return this.scanners.get(name)
  }

  open(now) {
    this.serverOpen = true
    this.serverHeard = now
  }

  close() {
    this.serverOpen = false
  }

  take(message, now) {
    this.serverHeard = now
    if (message.kind === "hello") this.#hello(message, now)
    else if (message.kind === "link") this.link = message
    else if (message.kind === "event") this.room(message.scanner).event = message.event
    else this.#fromDaemon(message, now)
  }

  // Whether a scanner's numbers may be shown, as far as this page can know.
  isLive(scanner, now) {
    return this.serverOpen && now - this.serverHeard <= SILENCE_MS && this.link.connected && now - scanner.heard <= SILENCE_MS
  }

  #hello(message, now) {
    const { rooms, link, ...facts } = message
    this.facts = facts
    this.link = link
    this.scanners.clear()
    for (const [name, room] of Object.entries(rooms)) {
      const scanner = this.room(name)
      scanner.exam = room.exam
      for (const [view, columns] of Object.entries(room.history)) {
        scanner.views[view] = new View()
        scanner.views[view].trace = new TraceData(columns)
        const first = columns[0][0]
        scanner.start = scanner.start === null ? first : Math.min(scanner.start, first)
      }
      // What is handed on here came at some time before: none of it is a sign of life.
      for (const each of room.messages) this.#fromDaemon(each, now, -Infinity)
    }
    if (!this.scanners.has(this.selected)) this.selected = this.scanners.keys().next().value ?? null
  }

  #fromDaemon(message, now, heard = now) {
    const scanner = this.room(message.scanner)
    if (message.kind !== "estimate" || !message.blank) scanner.heard = Math.max(scanner.heard, heard)
    if (message.kind === "status") scanner.status = message
    else if (message.kind === "reading") this.#reading(scanner, message)
    else this.#estimate(scanner, message, heard)
  }

  #reading(scanner, reading) {
    scanner.reading = reading
    if (reading.publish_s >= scanner.newestPublish) {
      scanner.newestPublish = reading.publish_s
      scanner.exam = reading.exam
      scanner.ended = true
    }
  }

  #estimate(scanner, estimate, heard) {
    if (estimate.blank) return // the page finds silence by itself
    // An exam that goes on after its reading starts anew.
    if (estimate.exam !== scanner.exam || (scanner.ended && estimate.publish_s > scanner.newestPublish)) scanner.begin(estimate.exam)
    scanner.newestPublish = Math.max(scanner.newestPublish, estimate.publish_s)
    scanner.start ??= estimate.publish_s
    const name = estimate.view ?? "?"
    const view = (scanner.views[name] ??= new View())
    view.estimate = estimate
    view.heard = Math.max(view.heard, heard)
    view.trace.add(estimate)
    if (heard === -Infinity) return
    view.arrivals.push(heard)
    if (estimate.view !== "AR+HR") scanner.newest = name
    this.#hint(view, estimate, heard)
  }

  // A hint appears and goes only when the frames agree for a while: it must not flicker.
  #hint(view, estimate, now) {
    if (estimate.reason === null) {
      view.readAt = now
      view.hintSince = null
      view.clearSince ??= now
      if (now - view.clearSince > HINT_MS) view.hint = null
      return
    }
    view.clearSince = null
    view.hintSince ??= now
    if (view.hint || now - view.hintSince > HINT_MS) view.hint = { code: estimate.reason, text: estimate.hint }
  }
}
