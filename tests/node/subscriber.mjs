// A viewer in Node.js, from docs/protocol.md alone. Prints each message as one line of JSON:
// [topic, fields]. Integers keep all 64 bits: they are printed as strings with an "n" behind.
//
//   node subscriber.mjs ADDRESS [TOPIC_PREFIX...]
//
// Where the daemon asks for keys, they come in STEATOSCOPE_SERVER_KEY (its public one),
// STEATOSCOPE_PUBLIC_KEY and STEATOSCOPE_SECRET_KEY (the viewer's own), as Z85 text.

import { decode } from "@msgpack/msgpack"
import { Subscriber } from "zeromq"

const [address, ...prefixes] = process.argv.slice(2)

const exact = (_key, value) => (typeof value === "bigint" ? `${value}n` : value)

const { STEATOSCOPE_SERVER_KEY, STEATOSCOPE_PUBLIC_KEY, STEATOSCOPE_SECRET_KEY } = process.env
const keys = STEATOSCOPE_SERVER_KEY && {
  curveServerKey: STEATOSCOPE_SERVER_KEY,
  curvePublicKey: STEATOSCOPE_PUBLIC_KEY,
  curveSecretKey: STEATOSCOPE_SECRET_KEY,
}

const socket = new Subscriber({ linger: 0, ...keys })
socket.connect(address)
socket.subscribe(...(prefixes.length ? prefixes : [""]))
process.on("SIGTERM", () => socket.close())

for await (const [topic, body] of socket) {
  // useBigInt64: a nanosecond time does not fit a double.
  const fields = decode(body, { useBigInt64: true })
  process.stdout.write(JSON.stringify([topic.toString(), fields], exact) + "\n")
}
