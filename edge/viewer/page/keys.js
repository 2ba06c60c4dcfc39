// The keyboard: one table.

export function listen(actions) {
  const table = {
    f: actions.freeze,
    " ": actions.freeze,
    w: actions.whole,
    o: actions.outlines,
    p: actions.print,
    "?": actions.help,
    arrowleft: (event) => actions.move(event.shiftKey ? -10 : -1),
    arrowright: (event) => actions.move(event.shiftKey ? 10 : 1),
    home: actions.start,
    end: actions.live,
    escape: actions.live,
  }
  for (let number = 1; number <= 9; number++) table[number] = () => actions.choose(number - 1)
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return
    // The space bar on a button presses the button.
    if (event.key === " " && event.target instanceof HTMLButtonElement) return
    const action = table[event.key.toLowerCase()]
    if (!action) return
    event.preventDefault()
    action(event)
  })
}
