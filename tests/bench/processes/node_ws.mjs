// A peer: the `ws` package of Node, as its documentation says one broadcasts.
//
//     node node_ws.mjs FOLDER-WITH-node_modules
//
// A listening process. It prints its port; each line it is given is sent to everybody, and then the
// instant before that is printed. Compression is off, as `ws` has it of its own accord.

import { createRequire } from "node:module";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

const { WebSocketServer } = createRequire(`${process.argv[2]}/`)("ws");

const server = createServer();
const viewers = new WebSocketServer({ server }).clients;

server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
  console.log(server.address().port);
});

for await (const line of createInterface({ input: process.stdin })) {
  const beganS = Number(process.hrtime.bigint()) / 1e9;
  for (const viewer of viewers) viewer.send(line);
  console.log(beganS);
}
process.exit();
