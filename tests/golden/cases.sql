select
    0 as part,
    grouping("kind", "month") as grouping_id,
    "kind",
    "month",
    count(*) filter (where event = '立案' and case_kind = '刑事') as "cases_filed",
    count(*) filter (where event = '破案' and case_kind = '刑事') as "cases_solved"
from (
    select *, cast(date_trunc('month', counted_at) as date) as "month" from (
        select *, category_original as category, group_original as category_group, happened_at as counted_at from case_facts
    ) as facts
    where happened_at >= $since_0 and happened_at < $until_0 and not (time_precision = 'month' and cast(happened_at as date) in ($cut_0_0)) and (category_group in ($category_group_0_0))
) as prepared
group by grouping sets (("kind", "month"), ())
-- $since_0 = 2026-11-03 00:00:00
-- $until_0 = 2026-11-21 00:00:00
-- $cut_0_0 = 2026-11-01
-- $category_group_0_0 = 刑事
