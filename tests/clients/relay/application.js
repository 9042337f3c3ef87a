// What a Relay application asks: relay-compiler reads the documents out of it.
import { graphql } from "relay-runtime";

// A list that is scrolled, of an entity that can be fetched again by its id alone.
export const readers = graphql`
  fragment application_readers on Dataset
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" })
  @refetchable(queryName: "applicationReadersQuery") {
    name
    downstream(first: $count, after: $cursor, orderBy: [{ name: ASC }])
      @connection(key: "application_downstream", filters: ["orderBy"]) {
      edges {
        node { ...application_card }
        edge { rows }
      }
    }
  }
`;

export const card = graphql`
  fragment application_card on Entity {
    id
    urn
    ... on Asset { name }
  }
`;

// A list of the root, backward as well as forward.
export const people = graphql`
  fragment application_people on Query
  @argumentDefinitions(
    first: { type: "Int", defaultValue: 3 }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  )
  @refetchable(queryName: "applicationPeopleQuery") {
    people(first: $first, after: $after, last: $last, before: $before, orderBy: [{ name: ASC }])
      @connection(key: "application_people") {
      edges { node { name manager { ...application_card } } }
    }
  }
`;

export const page = graphql`
  query applicationPageQuery($urn: ID!, $asOf: TimePoint) {
    dataset(id: $urn, asOf: $asOf) {
      ...application_readers
      owners @required(action: NONE) { nodes { __typename ... on Person { email @required(action: LOG) } } }
    }
    ...application_people
  }
`;

export const count = graphql`
  mutation applicationCountMutation($items: [DatasetInput!]!) {
    upsertDatasets(items: $items) {
      facts { entity { ... on Dataset { rowCount } } }
    }
  }
`;

export const log = graphql`
  subscription applicationLogSubscription($after: TimePoint) {
    transactions(after: $after) { t facts(first: 5) @connection(key: "log_facts") { edges { node { attribute } } } }
  }
`;
