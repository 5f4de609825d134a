select
    0 as part,
    grouping("quarter", "kind") as grouping_id,
    "quarter",
    "kind",
    count(*) filter (where event = '立案' and case_kind = '刑事') as "cases_filed",
    count(*) filter (where event = '破案' and case_kind = '刑事') as "cases_solved",
    count(*) filter (where event = '立案' and case_kind = '刑事' and review_seconds <= 259200) as "filing_3d_met",
    count(*) filter (where event = '立案' and case_kind = '刑事' and review_seconds is not null) as "filing_3d_base",
    count(*) filter (where event = '立案' and case_kind = '刑事' and handled_by_station) as "criminal_by_station",
    count(*) filter (where event = '立案' and case_kind = '刑事' and handling_unit is not null) as "criminal_handled"
from (
    select facts.*, cast(date_trunc('quarter', counted_at) as date) as "quarter" from (
        select *, category_confirmed as category, group_confirmed as category_group, happened_at as counted_at from case_facts
    ) as facts
    where happened_at >= $since_0 and happened_at < $until_0 and (category in ($category_0_0, $category_0_1, $category_0_2))
) as prepared
group by grouping sets (("quarter", "kind"))

-- {"until_0": "2026-11-21 00:00:00", "since_0": "2026-11-01 00:00:00", "category_0_0": "050000", "category_0_1": "050200", "category_0_2": "050100"}
