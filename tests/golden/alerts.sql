select
    0 as part,
    grouping("station", "category2") as grouping_id,
    "station",
    "category2",
    count(*) filter (where valid) as "alerts_valid",
    count(*) filter (where invalid) as "alerts_invalid",
    count(*) as "alerts",
    coalesce(sum(case visit_score when '满意' then 1.0 when '基本满意' then 0.5 else 0.0 end), 0) as "visit_points",
    count(*) filter (where visit_score in ('满意', '基本满意', '不满意')) as "visits_answered"
from (
    select facts.*, coalesce(tree.category2, category) as "category2" from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from alert_facts
    ) as facts left join alert_category_tree as tree on tree.code = facts.category
    where happened_at >= $since_0 and happened_at < $until_0
) as prepared
group by grouping sets ((), ("station", "category2"))
union all
select
    1 as part,
    0 as grouping_id,
    null as "station",
    null as "category2",
    count(*) filter (where valid) as "alerts_valid",
    count(*) filter (where invalid) as "alerts_invalid",
    count(*) as "alerts",
    coalesce(sum(case visit_score when '满意' then 1.0 when '基本满意' then 0.5 else 0.0 end), 0) as "visit_points",
    count(*) filter (where visit_score in ('满意', '基本满意', '不满意')) as "visits_answered"
from (
    select facts.* from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from alert_facts
    ) as facts
    where happened_at >= $since_1 and happened_at < $until_1
) as prepared
group by grouping sets (())
union all
select
    2 as part,
    0 as grouping_id,
    null as "station",
    null as "category2",
    count(*) filter (where valid) as "alerts_valid",
    count(*) filter (where invalid) as "alerts_invalid",
    count(*) as "alerts",
    coalesce(sum(case visit_score when '满意' then 1.0 when '基本满意' then 0.5 else 0.0 end), 0) as "visit_points",
    count(*) filter (where visit_score in ('满意', '基本满意', '不满意')) as "visits_answered"
from (
    select facts.* from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from alert_facts
    ) as facts
    where happened_at >= $since_2 and happened_at < $until_2
) as prepared
group by grouping sets (())

-- {"until_0": "2026-11-22 00:00:00", "since_0": "2026-11-01 00:00:00", "until_1": "2026-11-01 00:00:00", "since_1": "2026-10-11 00:00:00", "until_2": "2025-11-22 00:00:00", "since_2": "2025-11-01 00:00:00"}
