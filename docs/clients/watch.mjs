/** Call `show` with every snapshot of a tonearm server, and come back whenever the connection ends. */
export function watch(server, show) {
  const socket = new WebSocket(new URL("v1/ws", server.replace(/^http/, "ws")));
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === "state") show(frame);
  };
  socket.onclose = ({ code }) => {
    if (code < 4400 || code > 4499) setTimeout(watch, Math.random() * 10_000, server, show);
  };
}
