select
    0 as part,
    0 as grouping_id,
    count(*) filter (where unconfirmed) as "alerts_unconfirmed",
    count(*) as "alerts",
    count(distinct alert_id) + count(*) filter (where alert_id is null) as "alert_receipts"
from (
    select facts.* from (
        select *, category_original as category, group_original as category_group, happened_at as counted_at from alert_facts
    ) as facts
    where happened_at >= $since_0 and happened_at < $until_0
) as prepared
group by grouping sets (())

-- {"until_0": "2026-11-22 00:00:00", "since_0": "2026-11-01 00:00:00"}
