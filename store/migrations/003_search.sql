-- Words: what a text is made of, for those who search. The fact table of a searched attribute has them
-- beside each value, made of that value by PostgreSQL alone: whoever writes, verifies or rebuilds facts
-- need not know of them, and they cannot differ from what they are made of.

-- The words of a text, in small letters without accents, a blank between two of them. A word is a run
-- of letters and digits, and all else parts words: `main_summary_v4` has three. (PostgreSQL's own
-- parser sees hosts, files and signed numbers, so that a part of a name finds nothing; and what a
-- letter is, or its small form, depends on the locale that a database was made with.) The 65,536
-- characters at the beginning count: an index has a bound on what it holds of one value.
CREATE FUNCTION search_words(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN
  CASE
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
  END;

-- The words as PostgreSQL searches them, the first one marked, for finding what begins with some.
CREATE FUNCTION search_vector(value text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT setweight(to_tsvector('simple'::regconfig, split_part(said, ' ', 1)), 'A')
    || to_tsvector('simple'::regconfig, substr(said, strpos(said || ' ', ' ')))
  FROM (SELECT search_words(value) AS said) AS read
);

-- What is looked for: words that must all be there, "phrases" in quotes, -words that must not be there,
-- `or` between two of them, and words that begin so*. Any text has a meaning; one without a word to
-- look for finds nothing. (websearch_to_tsquery knows no beginnings.)
CREATE FUNCTION search_query(said text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  WITH term AS (
    SELECT
      place,
      count(*) FILTER (WHERE lower(pieces[3]) = 'or') OVER (ORDER BY place) AS branch,
      pieces[1] <> '' OR pieces[3] LIKE '-%' AS excluded,
      CASE WHEN coalesce(pieces[2], pieces[3]) LIKE '%*' THEN ':*' ELSE '' END AS goes_on,
      CASE
        WHEN lower(pieces[3]) = 'or' THEN ''
        WHEN pieces[3] IS NULL THEN phraseto_tsquery('simple'::regconfig, search_words(pieces[2]))::text
        ELSE plainto_tsquery('simple'::regconfig, search_words(pieces[3]))::text
      END AS words
    FROM regexp_matches(left(said, 1000), '(-*)"([^"]*)"?|([^\s"]+)', 'g')
      WITH ORDINALITY AS found (pieces, place)
  ), branch AS (
    SELECT branch, string_agg(
      concat(CASE WHEN excluded THEN '!' END, '(', words, goes_on, ')'), ' & ' ORDER BY place) AS words
    FROM term
    WHERE words <> ''
    GROUP BY branch
  )
  SELECT CASE WHEN querytree(query) IN ('', 'T') THEN ''::tsquery ELSE query END
  FROM (
    SELECT coalesce(string_agg(concat('(', words, ')'), ' | ' ORDER BY branch), '')::tsquery AS query
    FROM branch
  ) AS read
);

-- What begins with the words of a text, of which the last may go on.
CREATE FUNCTION search_start(said text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT CASE
    WHEN phrase = '' THEN ''::tsquery
    WHEN phrase LIKE '% %' THEN
      concat(regexp_replace(phrase, '^(''[^'']+'')', '\1:A'), ':*')::tsquery
    ELSE concat(phrase, ':*A')::tsquery
  END
  FROM (
    SELECT phraseto_tsquery('simple'::regconfig, search_words(left(said, 1000)))::text AS phrase
  ) AS read
);

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
      '(search_vector(v)) STORED', fact.name);
    EXECUTE format('CREATE INDEX %I ON %I USING gin (words)', fact.name || '_words', fact.name);
  END LOOP;
END
$$;
