// Listens with graphql-sse, a connection for each operation, while it writes; goes away, comes back.
import { createClient } from "graphql-sse";

const [url, urn] = process.argv.slice(2);
const HEARD = "subscription Heard($after: TimePoint) { transactions(after: $after) { t reason } }";
const WRITE = `mutation Write($urn: ID!, $rows: Long, $reason: String) {
  upsertDatasets(items: [{ urn: $urn, rowCount: $rows }], about: { reason: $reason }) { transaction { t } }
}`;
const messages = [];
const client = createClient({ url, retryAttempts: 0, onMessage: ({ event }) => messages.push(event) });

async function once(query, variables) {
  const answers = [];
  for await (const answer of client.iterate({ query, variables })) answers.push(answer);
  return answers;
}

let rows = 0;
const write = (reason) => once(WRITE, { urn, rows: String((rows += 1)), reason });

async function listen(count, after) {
  const events = [];
  for await (const { data } of client.iterate({ query: HEARD, variables: { after } })) {
    events.push(data.transactions);
    if (events.length === count) break;
  }
  return events;
}

const [now] = await once("{ basis { t } }");
const asked = messages.splice(0);
const listening = listen(2, now.data.basis.t);
await write("one");
await write("two");
const heard = await listening;
await write("three");
await write("four");
const resumed = await listen(2, heard.at(-1).t);
const [invalid] = await once("subscription { wheels }");
client.dispose();
console.log(JSON.stringify({
  basis: now.data.basis.t, asked, heard, resumed,
  invalid: invalid.errors.map(({ extensions }) => extensions.code),
}));
