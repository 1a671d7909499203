"""The functions of PostgreSQL that a statement may call: they compute, and reach nothing.

Whatever is not listed is refused, so that a function that is new, or somebody's own, needs no entry to be kept out.
"""

from __future__ import annotations

from typing import Final

_COMPUTE: Final = """
abs age any_value array_agg array_length array_to_string avg bit_and bit_or bool_and bool_or btrim cardinality cast
cbrt ceil ceiling char_length coalesce concat concat_ws corr count covar_pop covar_samp cume_dist date date_bin
date_part date_trunc degrees dense_rank div every exp extract factorial first_value floor format gcd greatest
initcap isfinite json_array_elements json_array_length json_extract_path_text jsonb_array_elements
jsonb_array_length jsonb_extract_path_text justify_days justify_hours justify_interval lag last_value lcm lead least
left length ln log log10 lower lpad ltrim make_date make_interval make_timestamp make_timestamptz max min mod mode
now nth_value ntile nullif percent_rank percentile_cont percentile_disc pi position power radians random rank
regexp_like regexp_match regexp_replace regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx
regr_sxy regr_syy replace reverse right round row_number rpad rtrim scale sign split_part sqrt starts_with
statement_timestamp stddev stddev_pop stddev_samp string_agg strpos substr substring sum timezone to_char to_date
to_number to_timestamp transaction_timestamp translate trim trunc upper var_pop var_samp variance width_bucket
"""
ALLOWED: Final = frozenset(_COMPUTE.split())

_WORDS: Final = """
all and any array as between by case distinct else end except exists filter from group having in intersect interval
is join lateral like ilike limit materialized not offset on or order over partition recursive row rollup cube sets
select some then union using values when where with within numeric decimal varchar char character time timestamp
timestamptz
"""
BEFORE_BRACKETS: Final = frozenset(_WORDS.split())
"""Words of the language, and types with a precision, that stand before brackets and call nothing."""
