// What the sonographer can do next, from what is still missing. Pure: text, or null.

const OTHER = { AR: "HR", HR: "AR" }

function settled(scanner, name) {
  return scanner.views[name]?.estimate?.verdict === "repeatable"
}

export function guideOf(scanner) {
  const name = scanner.newest
  const estimate = scanner.views[name]?.estimate
  const needed = estimate?.holds_needed
  if (!needed || !OTHER[name]) return null
  if (settled(scanner, name)) {
    const other = OTHER[name]
    return settled(scanner, other) ? "AR and HR are repeatable: the exam can end" : `${name} is repeatable: go on to ${other}`
  }
  const more = needed - estimate.holds
  if (more > 0) return `${name}: ${more} more hold${more === 1 ? "" : "s"}, each taken anew`
  return `${name}: the holds differ; take more in the same plane, at the same breath`
}
