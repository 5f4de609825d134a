select
    0 as part,
    0 as grouping_id,
    null as "month",
    count(*) filter (where case_kind = '刑事') as "open_cases",
    percentile(case when case_kind = '刑事' then age_days end, 0.5) as "open_age_median"
from (
    select facts.* from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from open_cases($since_0, $until_0, '')
    ) as facts
    where happened_at >= $since_0 and happened_at < $until_0
) as prepared
group by grouping sets (())
union all
select
    1 as part,
    grouping("month") as grouping_id,
    "month",
    count(*) filter (where case_kind = '刑事') as "open_cases",
    null as "open_age_median"
from (
    select facts.*, cast(date_trunc('month', counted_at) as date) as "month" from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from open_cases($since_1, $until_1, 'month')
    ) as facts
    where happened_at >= $since_1 and happened_at < $until_1
) as prepared
group by grouping sets (("month"))

-- {"until_0": "2026-11-21 00:00:00", "since_0": "2026-11-01 00:00:00", "until_1": "2026-11-21 00:00:00", "since_1": "2026-11-01 00:00:00"}
