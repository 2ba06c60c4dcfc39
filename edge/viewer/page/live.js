// The WebSocket to the viewer's server, made anew when it breaks.

const FIRST_PAUSE = 250
const LAST_PAUSE = 2000

export class Live {
  // `handlers`: open(), close(), message(object), picture(header, blob).
  constructor(handlers) {
    this.handlers = handlers
    this.pause = FIRST_PAUSE
    this.#connect()
  }

  say(word) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(word))
  }

  #connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws"
    this.socket = new WebSocket(`${scheme}://${location.host}/live`)
    this.socket.binaryType = "arraybuffer"
    this.socket.onopen = () => {
      this.pause = FIRST_PAUSE
      this.handlers.open()
    }
    this.socket.onmessage = (event) => this.#receive(event.data)
    this.socket.onclose = () => {
      this.handlers.close()
      setTimeout(() => this.#connect(), this.pause)
      this.pause = Math.min(2 * this.pause, LAST_PAUSE)
    }
  }

  #receive(data) {
    if (typeof data === "string") {
      for (const message of JSON.parse(data)) this.handlers.message(message)
      return
    }
    const length = new DataView(data).getUint32(0)
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)))
    this.handlers.picture(header, new Blob([new Uint8Array(data, 4 + length)], { type: "image/jpeg" }))
  }
}
