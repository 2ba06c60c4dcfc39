// A viewer in Node.js, from docs/protocol.md alone. Prints each message as one line of JSON:
// [topic, fields]. Integers keep all 64 bits: they are printed as strings with an "n" behind.
//
//   node subscriber.mjs ADDRESS [TOPIC_PREFIX...]

import { decode } from "@msgpack/msgpack"
import { Subscriber } from "zeromq"

const [address, ...prefixes] = process.argv.slice(2)

const exact = (_key, value) => (typeof value === "bigint" ? `${value}n` : value)

const socket = new Subscriber({ linger: 0 })
socket.connect(address)
socket.subscribe(...(prefixes.length ? prefixes : [""]))
process.on("SIGTERM", () => socket.close())

for await (const [topic, body] of socket) {
  // useBigInt64: a nanosecond time does not fit a double.
  const fields = decode(body, { useBigInt64: true })
  process.stdout.write(JSON.stringify([topic.toString(), fields], exact) + "\n")
}
