// The B-mode image with what the network sees of it, and a few pictures of the past for the review.

import { PICTURE_OLD_MS } from "./store.js"

const KEEP_EVERY_MS = 500
const KEPT = 600 // five minutes, about 40 MB

const $ = (id) => document.getElementById(id)

export class Picture {
  constructor() {
    this.canvas = $("picture")
    this.context = this.canvas.getContext("2d", { alpha: false })
    this.past = [] // {time: s since the Unix epoch, header, blob}
    this.heard = -Infinity
    this.frames = 0
    this.keptAt = -Infinity
    this.shape = ""
    this.shown = null
  }

  // A picture has come; `show`: whether the page is live. Resolves once it is drawn.
  async take(header, blob, time, now, show) {
    this.heard = now
    if (now - this.keptAt >= KEEP_EVERY_MS) {
      this.keptAt = now
      this.past.push({ time, header, blob })
      if (this.past.length > KEPT) this.past.shift()
    }
    if (show) await this.draw(header, blob)
  }

  async draw(header, blob) {
    let bitmap
    try {
      bitmap = await createImageBitmap(blob)
    } catch {
      return // a broken picture: the next one comes soon
    }
    if (this.canvas.width !== bitmap.width || this.canvas.height !== bitmap.height) {
      this.canvas.width = bitmap.width
      this.canvas.height = bitmap.height
      $("screen").style.aspectRatio = `${header.width} / ${header.height}`
    }
    this.context.drawImage(bitmap, 0, 0)
    bitmap.close()
    this.frames += 1
    this.shown = header
    this.#outline(header)
  }

  // The picture nearest before a time, for the review.
  async drawPast(time) {
    const found = this.past.findLast((each) => each.time <= time) ?? this.past[0]
    if (found && found !== this.drawnPast) {
      this.drawnPast = found
      await this.draw(found.header, found.blob)
    }
  }

  forget() {
    this.past = []
    this.heard = -Infinity
    this.shape = ""
    this.shown = this.drawnPast = null
    this.canvas.width = this.canvas.height = 1
    $("overlay").setAttribute("visibility", "hidden")
  }

  // Dims a picture that is not of this moment, and says so.
  age(now, hasCamera, review) {
    const silent = now - this.heard
    const old = !review && silent > PICTURE_OLD_MS
    $("screen").classList.toggle("old", old)
    const note = $("screen-note")
    note.hidden = !old
    if (!old) return
    if (!hasCamera) note.textContent = "No image: start the viewer with --frames NAME=ADDRESS"
    else note.textContent = Number.isFinite(silent) ? `No new image for ${Math.round(silent / 1000)} s` : "No image yet"
  }

  #outline(header) {
    const shape = JSON.stringify([header.outline, header.window])
    if (shape === this.shape) return
    this.shape = shape
    $("overlay").removeAttribute("visibility")
    $("fan").setAttribute("points", header.outline.map((corner) => corner.join(",")).join(" "))
    const [left, top, right, bottom] = header.window ?? [0, 0, 0, 0]
    const box = { x: left, y: top, width: right - left, height: bottom - top }
    for (const [name, value] of Object.entries(box)) $("window").setAttribute(name, value)
  }
}
