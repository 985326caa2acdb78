import { createServer } from 'node:http';

/*
 * One machine of the web layer, as a real process on an address of its own. Answers each request after a few milliseconds of pretended work. It is
 * ended by a signal that it cannot handle, as a terminated machine is.
 */
const [address = '', port = ''] = process.argv.slice(2);
const workMillis = 3;

createServer((_, response) => {
  setTimeout(() => response.end(address), workMillis);
}).listen(Number(port), address, () => process.send?.('running'));
