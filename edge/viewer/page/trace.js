// One view's trace: per-frame dots, running median in its IQR band, holds, grade limits.

const MINUTE = 60
const LOWEST_TOP = 16 // %, so that all grades are in sight

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

export class Trace {
  // `onPick`: called with the time, in s of the exam, that was clicked or touched.
  constructor(element, thresholds, onPick) {
    this.element = element
    this.colors = Object.fromEntries(["S0", "S1", "S2", "S3", "line", "soft", "text", "review"].map((name) => [name, css(`--${name}`)]))
    this.limits = thresholds
    this.holds = []
    this.unread = []
    this.cursor = null
    this.drawn = ""
    this.plot = new window.uPlot(this.#options(), [[], [], [], [], []], element)
    this.plot.over.addEventListener("click", (event) => onPick(this.plot.posToVal(event.offsetX, "x")))
    new ResizeObserver(() => this.#resize()).observe(element)
  }

  // `whole`: the exam, or its last minute. `at`: time of the review, or null.
  draw(data, start, whole, at) {
    const last = data.length ? data.time[data.length - 1] : start
    const end = whole || at === null ? last : Math.min(last, at + MINUTE / 4)
    const begin = whole ? start : Math.max(start, end - MINUTE)
    const key = `${data.length} ${last} ${begin} ${end} ${at}`
    if (key === this.drawn) return
    this.drawn = key
    this.holds = data.holdTimes(begin, end).map(([time, number]) => [time - start, number])
    this.unread = data.unreadTimes(begin, end).map((time) => time - start)
    this.cursor = at === null ? null : at - start
    const columns = data.slice(begin, end, start)
    this.span = [begin - start, Math.max(end - start, begin - start + 10)]
    this.top = columns[1].reduce((top, value) => Math.max(top, value ?? 0), LOWEST_TOP) * 1.08
    this.plot.setData(columns)
  }

  clear() {
    if (this.drawn === "clear") return
    this.drawn = "clear"
    this.holds = []
    this.unread = []
    this.cursor = null
    this.span = [0, 10]
    this.plot.setData([[], [], [], [], []])
  }

  #resize() {
    const { clientWidth, clientHeight } = this.element
    if (clientWidth && clientHeight) this.plot.setSize({ width: clientWidth - 6, height: clientHeight - 6 })
  }

  #options() {
    const axis = { stroke: this.colors.soft, grid: { show: false }, ticks: { stroke: this.colors.line, size: 4 }, font: "12px system-ui, sans-serif" }
    const time = (_plot, values) => values.map((value) => `${Math.floor(value / 60)}:${String(Math.round(value % 60)).padStart(2, "0")}`)
    const line = (stroke, width) => ({ stroke, width, points: { show: false }, spanGaps: false })
    return {
      width: 300,
      height: 150,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: () => this.span ?? [0, 10] },
        y: { range: () => [0, this.top ?? LOWEST_TOP] },
      },
      axes: [
        { ...axis, values: time, size: 26, space: 60 },
        { ...axis, size: 34, space: 24 },
      ],
      series: [
        {},
        { stroke: this.colors.S0, paths: () => null, points: { show: true, size: 3, width: 0, fill: "rgb(170 182 195 / 75%)" } },
        line("transparent", 0),
        line("transparent", 0),
        line("#ffffff", 2.5),
      ],
      bands: [{ series: [2, 3], fill: "rgb(255 255 255 / 20%)" }],
      hooks: { drawClear: [(plot) => this.#back(plot)], draw: [(plot) => this.#front(plot)] },
    }
  }

  // Grade bands behind everything.
  #back(plot) {
    const { ctx, bbox } = plot
    const edges = [0, ...this.limits, 1e3]
    ctx.save()
    ctx.beginPath()
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
    ctx.clip()
    edges.slice(0, -1).forEach((low, grade) => {
      const bottom = plot.valToPos(low, "y", true)
      const top = plot.valToPos(edges[grade + 1], "y", true)
      ctx.fillStyle = this.colors[`S${grade}`]
      ctx.globalAlpha = 0.1
      ctx.fillRect(bbox.left, top, bbox.width, bottom - top)
      ctx.globalAlpha = 1
      ctx.fillRect(bbox.left + bbox.width - 4 * devicePixelRatio, top, 4 * devicePixelRatio, bottom - top)
    })
    ctx.restore()
  }

  // Holds, frames that were not read, and the review's place in time.
  #front(plot) {
    const { ctx, bbox } = plot
    const ratio = devicePixelRatio
    const bottom = bbox.top + bbox.height
    const upright = (x, color, width, from = bbox.top) => {
      ctx.fillStyle = color
      ctx.fillRect(plot.valToPos(x, "x", true) - width / 2, from, width, bottom - from)
    }
    ctx.save()
    ctx.font = `${11 * ratio}px system-ui, sans-serif`
    for (const x of this.unread) upright(x, this.colors.S2, 1.5 * ratio, bottom - 7 * ratio)
    for (const [x, number] of this.holds) {
      upright(x, "rgb(255 255 255 / 45%)", ratio)
      ctx.fillStyle = this.colors.soft
      ctx.fillText(String(number), plot.valToPos(x, "x", true) + 3 * ratio, bbox.top + 11 * ratio)
    }
    if (this.cursor !== null) upright(this.cursor, this.colors.review, 2 * ratio)
    ctx.restore()
  }
}
