// Starts GraphiQL. It asks the address that the page itself came from, wherever that is mounted.

const DEFAULT_QUERY = `# Answers are as of now, or of asOf:
# a t (42), or an instant
# ("2024-03-01", in UTC). The basis is
# the t at which an answer is true.

query Latest {
  basis {
    t
    instant
  }
  transactions(first: 5) {
    nodes {
      t
      instant
      source
      actor
      reason
    }
  }
}

# Two times in one answer.
query ThenAndNow($then: TimePoint = 1) {
  then: transactions(asOf: $then) {
    totalCount
  }
  now: transactions {
    totalCount
  }
}
`;

const url = window.location.pathname;
const socket = new URL(url, window.location.href);
socket.protocol = socket.protocol.replace("http", "ws");

const fetcher = GraphiQL.createFetcher({
  url,
  wsClient: graphqlWs.createClient({ url: socket.href, lazy: true }),
});

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultQuery: DEFAULT_QUERY,
    shouldPersistHeaders: false,
  }),
);
