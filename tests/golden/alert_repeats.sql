select
    0 as part,
    grouping("group") as grouping_id,
    "group",
    count(*) filter (where repeat_caller or repeat_place) as "repeat_any",
    count(*) as "repeat_base"
from (
    select facts.*, category_group as "group" from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from alert_repeats($since_0, $until_0, 30)
    ) as facts
    where happened_at >= $since_0 and happened_at < $until_0
) as prepared
group by grouping sets (("group"))

-- {"until_0": "2026-11-22 00:00:00", "since_0": "2026-11-01 00:00:00"}
