select
    0 as part,
    grouping("station") as grouping_id,
    "station",
    count(distinct case when is_beat then beat end) - count(distinct case when not is_beat then beat end) as "zero_crime_beats",
    count(distinct case when is_beat then beat end) as "beats_counted"
from (
    select facts.* from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from beat_cases($since_0, $until_0)
    ) as facts
    where happened_at >= $since_0 and happened_at < $until_0 and (is_beat or category_group in ($category_group_0_0))
) as prepared
group by grouping sets (("station"))

-- {"until_0": "2026-11-21 00:00:00", "since_0": "2026-11-01 00:00:00", "category_group_0_0": "刑事"}
