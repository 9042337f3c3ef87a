// Does with Apollo Client what an application does, and tells what came of each.
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client/core";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";

const [url, urn] = process.argv.slice(2);
const requests = [];
const http = new HttpLink({
  uri: url,
  fetch: (address, options) => {
    requests.push(options.headers.accept);
    return fetch(address, options);
  },
});
const sockets = createClient({ url: url.replace("http", "ws") });
const link = ApolloLink.split(
  ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
  new GraphQLWsLink(sockets),
  http,
);

// Which types an interface has, Apollo learns from the schema; fragments need it.
async function possibleTypes() {
  const { data } = await new ApolloClient({ link: http, cache: new InMemoryCache() }).query({
    query: gql`query Types { __schema { types { kind name possibleTypes { name } } } }`,
  });
  const abstract = data.__schema.types.filter((each) => each.possibleTypes);
  return Object.fromEntries(abstract.map((each) => [each.name, each.possibleTypes.map(({ name }) => name)]));
}

const cache = new InMemoryCache({
  possibleTypes: await possibleTypes(),
  typePolicies: { Query: { fields: { datasets: relayStylePagination(["where", "orderBy", "asOf"]) } } },
});
const client = new ApolloClient({ link, cache });

const PAGE = gql`
  query Datasets($after: String) {
    datasets(first: 3, after: $after, orderBy: [{ name: ASC }]) {
      edges { node { id name rowCount owners { nodes { ...Named } } } }
      pageInfo { hasNextPage endCursor }
    }
  }
  fragment Named on Owner { name ... on Person { email } }
`;

async function paged() {
  const first = await client.query({ query: PAGE });
  const watched = client.watchQuery({ query: PAGE });
  const watching = watched.subscribe(() => undefined);
  let { pageInfo } = first.data.datasets;
  for (let page = 0; page < 2; page += 1) {
    const more = await watched.fetchMore({ variables: { after: pageInfo.endCursor } });
    ({ pageInfo } = more.data.datasets);
  }
  watching.unsubscribe();
  // What a component would show now: one list, put together by the cache.
  return { nodes: client.readQuery({ query: PAGE }).datasets.edges.map(({ node }) => node), entries: Object.keys(cache.extract()) };
}

const WRITE = gql`
  mutation Count($id: ID!, $rows: Long!) {
    upsertDatasets(items: [{ urn: $id, rowCount: $rows }]) {
      transaction { t }
      facts { entity { id ... on Dataset { rowCount } } }
    }
  }
`;

async function written(urn) {
  const query = gql`query Counted($urn: ID!) { dataset(id: $urn) { id rowCount } }`;
  const ask = async (fetchPolicy) => (await client.query({ query, variables: { urn }, fetchPolicy })).data.dataset;
  const before = await ask("network-only");
  const report = await client.mutate({ mutation: WRITE, variables: { id: urn, rows: "9007199254740993" } });
  return { before, report: report.data.upsertDatasets, cached: await ask("cache-only") };
}

async function failed() {
  const query = gql`query Wrong { datasets(first: -1) { totalCount } basis { t } }`;
  const invalid = gql`query Invalid { datasets { wheels } }`;
  const told = async (asked, errorPolicy) => {
    try {
      const { data, error } = await client.query({ query: asked, errorPolicy, fetchPolicy: "no-cache" });
      return { data, codes: error.errors.map(({ extensions }) => extensions.code) };
    } catch (error) {
      const codes = CombinedGraphQLErrors.is(error) ? error.errors.map(({ extensions }) => extensions.code) : null;
      return { thrown: error.name, codes };
    }
  };
  return { none: await told(query, "none"), all: await told(query, "all"), invalid: await told(invalid, "none") };
}

async function subscribed(urn) {
  const query = gql`subscription Heard($after: TimePoint) { transactions(after: $after) { t reason } }`;
  const { data } = await client.query({ query: gql`query Now { basis { t } }`, fetchPolicy: "network-only" });
  const heard = [];
  await new Promise((resolve, reject) => {
    const watching = client.subscribe({ query, variables: { after: data.basis.t } }).subscribe({
      next: (event) => {
        heard.push(event.data.transactions.reason);
        if (heard.length === 2) {
          watching.unsubscribe();
          resolve();
        }
      },
      error: reject,
    });
    const mutation = gql`
      mutation Tell($urn: ID!, $rows: Long!, $reason: String!) {
        upsertDatasets(items: [{ urn: $urn, rowCount: $rows }], about: { reason: $reason }) { redundant }
      }
    `;
    const write = (rows, reason) => client.mutate({ mutation, variables: { urn, rows, reason } });
    write("1", "the first").then(() => write("2", "the second")).catch(reject);
  });
  return heard;
}

const pages = await paged();
const report = {
  accept: requests[0],
  pages,
  written: await written(urn),
  failed: await failed(),
  heard: await subscribed(urn),
};
client.stop();
await sockets.dispose();
console.log(JSON.stringify(report));
