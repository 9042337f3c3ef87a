// Asks by hash with Apollo Client, by POST and by GET, and tells what was sent and what came back.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client/core";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { createHash } from "node:crypto";

const [url] = process.argv.slice(2);
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const query = gql`query Named { transactions(first: 1) { nodes { t } } }`;

async function asked(useGETForHashedQueries) {
  const sent = [];
  const recorded = async (address, options) => {
    const response = await fetch(address, options);
    const text = options.body ?? decodeURIComponent(String(address));
    sent.push({
      method: options.method,
      accept: options.headers.accept,
      hasText: text.includes("query Named"),
      status: response.status,
    });
    return response;
  };
  const client = () =>
    new ApolloClient({
      cache: new InMemoryCache(),
      link: ApolloLink.from([
        new PersistedQueryLink({ sha256, useGETForHashedQueries }),
        new HttpLink({ uri: url, fetch: recorded }),
      ]),
    });
  const first = await client().query({ query });
  const again = await client().query({ query });
  return { sent, first: first.data, again: again.data };
}

console.log(JSON.stringify([await asked(true), await asked(false)]));
