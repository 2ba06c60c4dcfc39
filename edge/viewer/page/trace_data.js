// One view's frames over an exam: columns that grow, bounded.

const MAX_POINTS = 18000 // ten minutes at 30 frames a second
const GAP_S = 2 // a longer pause breaks the line
const SLACK = 900 // thrown away in one go, since cutting the front off costs

// Columns: time in s since the Unix epoch, frame %, median %, IQR %, holds, frame number.
const NAMES = ["time", "frame", "median", "iqr", "holds", "seq"]

export class TraceData {
  constructor(columns = NAMES.map(() => [])) {
    NAMES.forEach((name, index) => (this[name] = columns[index]))
  }

  get length() {
    return this.time.length
  }

  add(estimate) {
    // A message that came twice, or a clock set back, must not bend the time axis.
    if (this.length && estimate.publish_s <= this.time[this.length - 1]) return
    const row = [
      estimate.publish_s,
      estimate.fat_pct,
      estimate.median_pct,
      estimate.iqr_pct,
      estimate.holds,
      estimate.seq,
    ]
    NAMES.forEach((name, index) => this[name].push(row[index]))
    if (this.length > MAX_POINTS + SLACK) NAMES.forEach((name) => this[name].splice(0, SLACK))
  }

  // Index of the last point at or before a time; -1 where there is none.
  before(time) {
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.time[middle] <= time) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  // What uPlot draws of the points from one time to another: times relative to `origin`.
  slice(from, to, origin) {
    const first = this.before(from) + 1
    const last = this.before(to) + 1
    const columns = [[], [], [], [], []]
    const push = (...row) => row.forEach((value, column) => columns[column].push(value))
    for (let i = first; i < last; i++) {
      const gap = i > first && this.time[i] - this.time[i - 1] > GAP_S
      if (gap) push((this.time[i] + this.time[i - 1]) / 2 - origin, null, null, null, null)
      const [median, half] = [this.median[i], this.iqr[i] / 2]
      const known = median != null
      push(this.time[i] - origin, this.frame[i], known ? median + half : null, known ? median - half : null, median)
    }
    return columns
  }

  // Times of the frames that were not read, between two times.
  unreadTimes(from, to) {
    const last = this.before(to) + 1
    return this.time.slice(0, last).filter((time, i) => time > from && this.frame[i] == null)
  }

  // Times at which a hold was completed, between two times.
  holdTimes(from, to) {
    const found = []
    for (let i = Math.max(1, this.before(from) + 1); i <= this.before(to); i++) {
      if (this.holds[i] > this.holds[i - 1]) found.push([this.time[i], this.holds[i]])
    }
    return found
  }
}
