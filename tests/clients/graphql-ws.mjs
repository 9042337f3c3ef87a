// Listens with graphql-ws while it writes, goes away, comes back, and breaks the protocol.
import { createClient } from "graphql-ws";

const [url, urn] = process.argv.slice(2);
const address = url.replace("http", "ws");
const HEARD = "subscription Heard($after: TimePoint) { transactions(after: $after) { t reason } }";
const WRITE = `mutation Write($urn: ID!, $rows: Long, $reason: String) {
  upsertDatasets(items: [{ urn: $urn, rowCount: $rows }], about: { reason: $reason }) { transaction { t } }
}`;

const connect = (options) => createClient({ url: address, retryAttempts: 0, ...options });
let connections = 0;
const client = connect({ lazy: false, on: { connected: () => (connections += 1) } });

async function once(query, variables) {
  const answers = [];
  for await (const answer of client.iterate({ query, variables })) answers.push(answer);
  return answers.at(-1);
}

let rows = 0;
const write = (reason) => once(WRITE, { urn, rows: String((rows += 1)), reason });

// Listens until so many events came, on a connection of its own.
async function listen(count, after) {
  const listener = connect({ lazy: false });
  const events = [];
  for await (const { data } of listener.iterate({ query: HEARD, variables: { after } })) {
    events.push(data.transactions);
    if (events.length === count) break;
  }
  await listener.dispose();
  return events;
}

const basis = (await once("{ basis { t } }")).data.basis.t;
const listening = listen(2, basis);
await write("one");
await write("two");
const heard = await listening;
await write("three");
await write("four");
const resumed = await listen(2, heard.at(-1).t);

// Errors of a document end the operation; the connection stays.
async function refused(query) {
  try {
    await once(query);
  } catch (errors) {
    return errors.map(({ extensions }) => extensions.code);
  }
}
const invalid = await refused("subscription { wheels }");
const after = (await once("{ basis { t } }")).data.basis.t;

// What is no message of the protocol closes the socket, with the code that the protocol has for it.
function closed(messages) {
  return new Promise((resolve) => {
    const socket = new WebSocket(address, "graphql-transport-ws");
    socket.onopen = () => messages.forEach((each) => socket.send(JSON.stringify(each)));
    socket.onclose = ({ code }) => resolve(code);
  });
}
const init = { type: "connection_init" };
const subscribe = { id: "1", type: "subscribe", payload: { query: HEARD } };
const codes = {
  early: await closed([subscribe]),
  twice: await closed([init, init]),
  sameId: await closed([init, subscribe, subscribe]),
  unknown: await closed([init, { type: "start", id: "1" }]),
};
await client.dispose();
console.log(JSON.stringify({ basis, heard, resumed, invalid, after, connections, codes }));
