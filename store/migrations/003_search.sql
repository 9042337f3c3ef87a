-- Words: what a text is made of, for those who search. The fact table of a searched attribute has them
-- beside each value, made of that value by PostgreSQL alone: whoever writes, verifies or rebuilds facts
-- need not know of them, and they cannot differ from what they are made of.

-- The words of a text, in small letters without accents, a blank between two of them. A word is a run
-- of letters and digits, and all else parts words: `main_summary_v4` has three. (PostgreSQL's own
-- parser sees hosts, files and signed numbers, so that a part of a name finds nothing; and what a
-- letter is, or its small form, depends on the locale that a database was made with.) The 65,536
-- characters at the beginning count: an index has a bound on what it holds of one value.
CREATE FUNCTION search_words(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE
    WHEN octet_length(value) = char_length(value) THEN
      btrim(regexp_replace(lower(left(value, 65536) COLLATE "C"), '[^a-z0-9]+', ' ', 'g'))
    ELSE
      btrim(left(regexp_replace(
        translate(
          lower(regexp_replace(
            normalize(left(value, 65536), NFKD) COLLATE "C", '[\u0300-\u036f]+', '', 'g')),
          'АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЄІЇЉЊЋЂЏΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩςŁłØøĐđÆŒßı',
          'абвгдежзийклмнопрстуфхцчшщъыьэюяєіїљњћђџαβγδεζηθικλμνξοπρστυφχψωσlloodd'
          'æœsi'
        ),
        '[^a-z0-9\u00e0-\u00f6\u00f8-\u1fff\u2c00-\u2dff\u3005-\u3007\u3040-\ud7ff\uf900-\ufdff'
        '\ufe70-\ufefc\U00010000-\U0001efff\U00020000-\U0003ffff]+',
        ' ', 'g'), 65536))
  END
$$;

-- What is looked for: words that must all be there, "phrases" in quotes, -words that must not be there,
-- `or` between two of them, and words that begin so*. Any text has a meaning; one without a word to
-- look for finds nothing. A star is handed through as ł, a letter that no word of ours has.
CREATE FUNCTION search_query(said text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN querytree(query) IN ('', 'T') THEN ''::tsquery ELSE query END
  FROM (
    SELECT replace(
      websearch_to_tsquery('simple'::regconfig, coalesce(string_agg(
        CASE
          WHEN piece = '"' OR piece ~ '^\s+$' THEN piece
          ELSE concat(
            CASE WHEN piece ~ '^-' THEN '-' END,
            search_words(piece),
            CASE WHEN piece ~ '[^*]\*$' AND search_words(piece) <> '' THEN 'ł' END)
        END, '' ORDER BY place), ''))::text,
      'ł''', ''':*')::tsquery AS query
    FROM regexp_matches(left(said, 1000), '"|\s+|[^"\s]+', 'g') WITH ORDINALITY AS found (pieces, place),
      unnest(pieces) AS piece
  ) AS read
$$;

-- How well a value fits, in millions: 4 its words are those looked for, 3 it begins with them, 2 it has
-- them, 1 it has them and is no name. What is below the millions tells how dense they are in it.
CREATE FUNCTION search_score(value text, words tsvector, said text, query tsquery, named boolean)
RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT floor(999999 * ts_rank('{1, 1, 1, 1}', words, query, 33))::integer + 1000000 * CASE
    WHEN NOT named THEN 1
    WHEN words = to_tsvector('simple'::regconfig, search_words(said)) THEN 4
    WHEN starts_with(search_words(value), search_words(said)) THEN 3
    ELSE 2
  END
$$;

DO $$
DECLARE
  fact record;
BEGIN
  FOR fact IN
    SELECT c.relname AS name
    FROM (SELECT DISTINCT ON (e) e, op FROM log WHERE a = 31 ORDER BY e, t DESC, n DESC) AS searched
    JOIN pg_class c ON c.relname = 'fact_' || searched.e
    WHERE searched.op
      AND c.relkind = 'r'
      AND c.relnamespace = current_schema()::regnamespace
  LOOP
    EXECUTE format('ALTER TABLE %I ADD COLUMN words tsvector GENERATED ALWAYS AS '
      '(to_tsvector(''simple''::regconfig, search_words(v))) STORED', fact.name);
    EXECUTE format('CREATE INDEX %I ON %I USING gin (words)', fact.name || '_words', fact.name);
  END LOOP;
END
$$;
