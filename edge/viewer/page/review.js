// Freeze and scroll back over the exam: a place in time, s since the Unix epoch, or null for live.

export class Review {
  constructor() {
    this.place = null
  }

  get on() {
    return this.place !== null
  }

  // Freeze at the latest frame, or go live again.
  toggle(scanner) {
    this.place = this.on || !scanner?.start ? null : latest(scanner)
  }

  // To a moment of the exam, s after its start.
  goTo(scanner, seconds) {
    if (scanner?.start) this.place = Math.min(latest(scanner), Math.max(scanner.start, scanner.start + seconds))
  }

  move(scanner, seconds) {
    if (!scanner?.start) return
    const end = latest(scanner)
    this.place = Math.min(end, Math.max(scanner.start, (this.place ?? end) + seconds))
  }

  toStart(scanner) {
    if (scanner?.start) this.place = scanner.start
  }

  end() {
    this.place = null
  }

  at(scanner) {
    return this.on && scanner ? { time: this.place, latest: latest(scanner) } : null
  }
}

function latest(scanner) {
  const ends = Object.values(scanner.views).map(({ trace }) => trace.time[trace.length - 1] ?? scanner.start)
  return Math.max(scanner.start, ...ends)
}
