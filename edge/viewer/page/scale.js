// The grade band: where the median and its interval lie on S0 to S3. Pure: gives SVG nodes.

const TOP_PCT = 25 // what lies beyond is drawn at the end
const SVG = "http://www.w3.org/2000/svg"
const WIDTH = 400

const place = (value) => (Math.min(Math.max(value, 0), TOP_PCT) / TOP_PCT) * WIDTH

function node(name, attributes, text) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  if (text) made.textContent = text
  return made
}

export class Scale {
  constructor(thresholds) {
    this.element = node("svg", { class: "scale", viewBox: `0 0 ${WIDTH} 34`, preserveAspectRatio: "none", "aria-hidden": "true" })
    const edges = [0, ...thresholds, TOP_PCT]
    edges.slice(0, -1).forEach((low, grade) => {
      const [x, width] = [place(low), place(edges[grade + 1]) - place(low)]
      const label = { x: x + width / 2, y: 23.5 }
      this.element.append(
        node("rect", { x: x + 1, y: 12, width: width - 2, height: 16, rx: 2, class: `S${grade}` }),
        node("text", label, `S${grade}`),
      )
    })
    this.interval = node("rect", { y: 30, height: 4, fill: "#ffffff", rx: 2 })
    this.pointer = node("path", { fill: "#ffffff" })
    this.element.append(this.interval, this.pointer)
    this.set(null, null)
  }

  set(median, interval) {
    this.pointer.setAttribute("visibility", median == null ? "hidden" : "visible")
    this.interval.setAttribute("visibility", interval ? "visible" : "hidden")
    if (median != null) {
      const x = place(median)
      this.pointer.setAttribute("d", `M${x} 11 l-7 -11 h14 Z`)
    }
    if (interval) {
      this.interval.setAttribute("x", place(interval[0]))
      this.interval.setAttribute("width", Math.max(2, place(interval[1]) - place(interval[0])))
    }
  }
}
