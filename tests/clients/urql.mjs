// Does with urql what an application does, and tells what came of each and what was sent.
import { Client, fetchExchange, gql, subscriptionExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import { createClient } from "graphql-ws";

const [url, urn] = process.argv.slice(2);
const sent = [];

// Who unsubscribes aborts the request, and urql leaves what it was reading then to nobody.
process.on("unhandledRejection", (reason) => {
  if (reason.name !== "AbortError") throw reason;
});

async function recorded(address, options) {
  const response = await fetch(address, options);
  sent.push({
    method: options.method ?? "GET",
    accept: options.headers.accept,
    hasText: `${options.body ?? ""}${decodeURIComponent(address)}`.includes("dataset("),
    status: response.status,
    type: response.headers.get("content-type").split(";")[0],
  });
  return response;
}

const client = (exchanges, options) => new Client({ url, fetch: recorded, exchanges, ...options });

const COUNTED = gql`query Counted($urn: ID!) { dataset(id: $urn) { id rowCount } }`;
const WRITE = gql`
  mutation Write($urn: ID!, $rows: Long, $reason: String) {
    upsertDatasets(items: [{ urn: $urn, rowCount: $rows }], about: { reason: $reason }) { transaction { t } }
  }
`;
const HEARD = gql`subscription Heard($after: TimePoint) { transactions(after: $after) { t reason } }`;
const WRONG = gql`query Wrong { datasets(first: -1) { totalCount } basis { t } }`;

const plain = client([fetchExchange], { fetchSubscriptions: true, preferGetMethod: false });

async function written(rows, reason) {
  const { data, error } = await plain.mutation(WRITE, { urn, rows, reason });
  if (error) throw error;
  return data.upsertDatasets.transaction.t;
}

// Two events, of which the second is written while we listen.
function heard(listening, after) {
  return new Promise((resolve, reject) => {
    const reasons = [];
    let writing;
    const { unsubscribe } = listening.subscription(HEARD, { after }).subscribe(({ data, error }) => {
      if (error) return reject(error);
      reasons.push(data.transactions.reason);
      writing ??= written(String(Math.trunc(performance.now())), "while listening");
      if (reasons.length === 2) {
        unsubscribe();
        writing.then(() => resolve(reasons), reject);
      }
    });
  });
}

async function told(query) {
  const { data, error } = await plain.query(query, {});
  return {
    data,
    codes: error.graphQLErrors.map(({ extensions }) => extensions.code),
    network: error.networkError?.message ?? null,
  };
}

async function persisted(method) {
  const ask = () =>
    client([persistedExchange({ preferGetForPersistedQueries: method }), fetchExchange]).query(COUNTED, { urn });
  sent.length = 0;
  const answers = [await ask(), await ask()].map(({ data, error }) => data?.dataset ?? String(error));
  return { answers, sent: [...sent] };
}

const before = (await plain.query(COUNTED, { urn })).data.dataset;
const first = await written("41", "before listening");
const after = (await plain.query(COUNTED, { urn })).data.dataset;
const plainly = sent.splice(0);
const errors = { field: await told(WRONG), document: await told(gql`query Invalid { datasets { wheels } }`) };
const sockets = createClient({ url: url.replace("http", "ws") });
const overSockets = client([
  subscriptionExchange({
    forwardSubscription: (operation) => ({
      subscribe: (sink) => ({ unsubscribe: sockets.subscribe(operation, sink) }),
    }),
  }),
  fetchExchange,
]);
const since = String(Number(first) - 1);
const streamed = await heard(plain, since);
const socketed = await heard(overSockets, since);
await sockets.dispose();
console.log(JSON.stringify({
  before, after, errors, streamed, socketed,
  sent: plainly,
  byPost: await persisted(false),
  byGet: await persisted("force"),
}));
