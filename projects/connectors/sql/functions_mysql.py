"""The functions of MariaDB and MySQL that a statement may call: they compute, and reach nothing.

Whatever is not listed is refused, so that a function that is new, or somebody's own, needs no entry to be kept out.
"""

from __future__ import annotations

from typing import Final

_COMPUTE: Final = """
abs acos adddate addtime ascii asin atan atan2 avg bit_and bit_count bit_or bit_xor cast ceil ceiling char_length
character_length coalesce concat concat_ws convert convert_tz cos count cume_dist curdate current_date
current_timestamp date date_add date_format date_sub datediff day dayname dayofmonth dayofweek dayofyear degrees
dense_rank elt exp extract field find_in_set first_value floor format from_days from_unixtime greatest group_concat
hour if ifnull instr json_extract json_length json_unquote json_value lag last_day last_value lcase lead least left
length ln locate log log10 log2 lower lpad ltrim makedate maketime max microsecond mid min minute mod month monthname
now nth_value ntile nullif percent_rank pi position pow power quarter radians rank repeat replace reverse right round
row_number rpad rtrim sec_to_time second sign sin sqrt std stddev stddev_pop stddev_samp str_to_date strcmp subdate
substr substring substring_index subtime sum tan time time_format time_to_sec timediff timestamp timestampadd
timestampdiff to_days to_seconds trim truncate ucase unix_timestamp upper utc_date utc_timestamp var_pop var_samp
variance week weekday weekofyear year yearweek
"""
ALLOWED: Final = frozenset(_COMPUTE.split())

_WORDS: Final = """
all and any as between by case char decimal datetime distinct div else end except exists from group having in
intersect interval is join lateral like limit not numeric offset on or order over partition range recursive regexp
rlike row rows select separator some straight_join then union using values when where with within xor
"""
BEFORE_BRACKETS: Final = frozenset(_WORDS.split())
"""Words of the language, and types with a precision, that stand before brackets and call nothing."""
